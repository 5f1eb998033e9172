"""Backdrop, lights, camera and the render itself."""

from __future__ import annotations

import math
from pathlib import Path

import bpy
import materials
import numpy as np
from mathutils import Vector

_LENS, _SENSOR = 85.0, 36.0


def build_studio(wall: float) -> None:
    """Add a seamless backdrop of the given grey, a key, a fill, a rim and a wall light."""
    scene = bpy.context.scene
    curve = [
        (1.6 + math.sin(a), 1.0 - math.cos(a)) for a in np.linspace(0, math.pi / 2, 14).tolist()
    ]
    profile = [(-4.0, 0.0), *curve, (2.6, 5.0)]
    data = bpy.data.meshes.new("backdrop")
    faces = [(2 * i, 2 * i + 1, 2 * i + 3, 2 * i + 2) for i in range(len(profile) - 1)]
    data.from_pydata([(x, y, z) for y, z in profile for x in (-6, 6)], [], faces)
    for polygon in data.polygons:
        polygon.use_smooth = True
    data.materials.append(materials.plain("wall", (wall, wall, wall), 0.9))
    scene.collection.objects.link(bpy.data.objects.new("backdrop", data))
    _light((-2.0, -2.6, 2.6), (0, 0, 1.1), (1.0, 1.4), 130, (1.0, 0.97, 0.93))
    _light((2.6, -2.2, 1.6), (0, 0, 1.0), (1.6, 2.0), 38, (0.93, 0.96, 1.0))
    _light((1.3, 1.6, 2.6), (0, 0, 1.2), (0.7, 1.2), 70, (1.0, 1.0, 1.0))
    _light((0, 1.0, 4.2), (0, 2.2, 1.2), (3.0, 1.0), 70, (1.0, 1.0, 1.0))
    world = bpy.data.worlds.new("world")
    scene.world, world.use_nodes = world, True
    background = world.node_tree.nodes["Background"]
    background.inputs[0].default_value = (0.5, 0.5, 0.52, 1)
    background.inputs[1].default_value = 0.35


def _light(
    place: tuple[float, float, float],
    target: tuple[float, float, float],
    size: tuple[float, float],
    watts: float,
    colour: tuple[float, float, float],
) -> None:
    data = bpy.data.lights.new("light", "AREA")
    data.shape, data.size, data.size_y = "RECTANGLE", *size
    data.energy, data.color = watts, colour
    lamp = bpy.data.objects.new("light", data)
    lamp.location = place
    lamp.rotation_euler = (Vector(target) - Vector(place)).to_track_quat("-Z", "Y").to_euler()
    bpy.context.scene.collection.objects.link(lamp)


def aim_camera(centre: float, span: float) -> bpy.types.Object:
    """Look at the figure's middle from far enough to see `span` metres of height."""
    data = bpy.data.cameras.new("camera")
    data.sensor_fit, data.sensor_height, data.lens = "VERTICAL", _SENSOR, _LENS
    camera = bpy.data.objects.new("camera", data)
    camera.location = (0, -span * _LENS / _SENSOR, centre + 0.05)
    aim = Vector((0, 0, centre)) - camera.location
    camera.rotation_euler = aim.to_track_quat("-Z", "Y").to_euler()
    bpy.context.scene.collection.objects.link(camera)
    bpy.context.scene.camera = camera
    return camera


def render(path: Path, size: tuple[int, int], samples: int, exposure: float, threads: int) -> None:
    """Render to PNG with Cycles on the CPU, denoised."""
    scene = bpy.context.scene
    scene.render.engine = "CYCLES"
    cycles = scene.cycles
    cycles.device, cycles.samples, cycles.max_bounces = "CPU", samples, 6
    cycles.use_denoising, cycles.denoiser = True, "OPENIMAGEDENOISE"
    cycles.use_adaptive_sampling = True
    scene.render.threads_mode, scene.render.threads = "FIXED", threads
    scene.render.resolution_x, scene.render.resolution_y = size
    scene.render.resolution_percentage = 100
    scene.view_settings.view_transform = "AgX"
    scene.view_settings.look = "AgX - Medium High Contrast"
    scene.view_settings.exposure = exposure
    scene.render.filepath = str(path.resolve())
    scene.render.image_settings.file_format = "PNG"
    bpy.ops.render.render(write_still=True)
