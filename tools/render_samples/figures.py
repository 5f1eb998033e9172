"""The two who wear the clothes: a headless mannequin and a person."""

from __future__ import annotations

import math

import bmesh
import bpy
import materials
import numpy as np
from body import BaseMesh, PosedBody
from garments import add_mesh, bake, positions_of
from mathutils import Vector


def add_mannequin(mesh: BaseMesh, body: PosedBody) -> bpy.types.Object:
    """Add the body, cut off and closed above the neck."""
    figure = add_mesh("mannequin", mesh, mesh.groups["body"], body.posed)
    height = body.joints["neck01"][2] + 0.045
    work = bmesh.new()
    work.from_mesh(figure.data)
    bmesh.ops.bisect_plane(
        work,
        geom=[*work.verts, *work.edges, *work.faces],
        plane_co=Vector((0, 0, height)),
        plane_no=Vector((0, -0.25, 1)),
        clear_outer=True,
    )
    rim = [e for e in work.edges if e.is_boundary and all(v.co.z > height - 0.05 for v in e.verts)]
    bmesh.ops.holes_fill(work, edges=rim, sides=0)
    work.to_mesh(figure.data)
    work.free()
    for polygon in figure.data.polygons:
        polygon.use_smooth = len(polygon.vertices) < 6
    figure.data.materials.append(materials.plaster())
    figure.modifiers.new("edge", "EDGE_SPLIT").split_angle = math.radians(55)
    _smooth(figure)
    return figure


def add_person(mesh: BaseMesh, body: PosedBody) -> bpy.types.Object:
    """Add the body with eyes, lashes, brows, hair and shoes."""
    figure = add_mesh("person", mesh, mesh.groups["body"], body.posed)
    figure.data.materials.append(materials.skin(mesh.folder / "textures"))
    for side in "lr":
        _add_eye(mesh, body, side)
    lashes = [face for name in mesh.groups if "eyelashes" in name for face in mesh.groups[name]]
    lash = add_mesh("lashes", mesh, lashes, body.posed)
    lash.data.materials.append(materials.plain("lash", (0.01, 0.008, 0.006), Alpha=0.55))
    _grow_hair(mesh, body, figure)
    _add_shoes(mesh, body)
    _smooth(figure)
    return figure


def _smooth(figure: bpy.types.Object) -> None:
    modifier = figure.modifiers.new("smooth", "SUBSURF")
    modifier.levels = modifier.render_levels = 1


def _add_eye(mesh: BaseMesh, body: PosedBody, side: str) -> None:
    ball = add_mesh(f"eye_{side}", mesh, mesh.groups[f"helper-{side}-eye"], body.posed)
    ball.modifiers.new("smooth", "SUBSURF").levels = 3
    bake(ball)
    points = positions_of(ball)
    outward = points - (points.min(axis=0) + points.max(axis=0)) / 2
    outward /= np.linalg.norm(outward, axis=1, keepdims=True)
    angle = np.degrees(np.arccos(np.clip(-outward[:, 1], -1, 1))).astype(np.float32)
    ball.data.attributes.new("angle", "FLOAT", "POINT").data.foreach_set("value", angle)
    ball.data.materials.append(materials.eye())


def _grow_hair(mesh: BaseMesh, body: PosedBody, figure: bpy.types.Object) -> None:
    """Short hair on the scalp and brows, as hair particles."""
    points = positions_of(figure)
    eye = body.posed[mesh.indices("joint-l-eye")].mean(axis=0)
    x, y, z = points.T
    crown = points[z > z.max() - 0.12]
    front = y - (crown[:, 1].min() + crown[:, 1].max()) / 2
    hairline = np.where(
        front < -0.02, eye[2] + 0.062, np.where(front < 0.01, eye[2] + 0.02, eye[2] - 0.075)
    )
    beside_face = (np.abs(x) > 0.075) & (z < eye[2] + 0.015) & (front < 0.035)
    above_neck = z > body.joints["neck01"][2] + 0.07
    scalp = (z > hairline) & ~beside_face & above_neck & (front > -0.105)
    brow = (
        (y < eye[1] + 0.02)
        & (np.abs(np.abs(x) - abs(eye[0]) - 0.001) < 0.0225)
        & (z > eye[2] + 0.0155)
        & (z < eye[2] + 0.0235)
    )
    shade = np.where(scalp, 1.0, np.where(brow, 0.55, 0.0)).astype(np.float32)
    figure.data.attributes.new("scalp", "FLOAT", "POINT").data.foreach_set("value", shade)
    figure.data.materials.append(materials.plain("hair", (0.022, 0.014, 0.009), 0.55))
    _hair_system(figure, "scalp", scalp, 2200, 0.017, 50, (0.0, 0.02, -0.002))
    _hair_system(figure, "brow", brow, 160, 0.008, 4, (0.0, 0.0, 0.003))


def _hair_system(
    figure: bpy.types.Object,
    name: str,
    where: np.ndarray,
    strands: int,
    length: float,
    children: int,
    lean: tuple[float, float, float],
) -> None:
    group = figure.vertex_groups.new(name=name)
    group.add([int(i) for i in np.flatnonzero(where)], 1, "REPLACE")
    figure.modifiers.new(name, "PARTICLE_SYSTEM")
    system = figure.particle_systems[-1]
    system.vertex_group_density = name
    hair = system.settings
    hair.type, hair.emit_from, hair.material = "HAIR", "FACE", 2
    hair.count, hair.hair_length, hair.hair_step = strands, length, 4
    hair.use_advanced_hair = True
    is_scalp = name == "scalp"
    hair.normal_factor = 0.008 if is_scalp else 0.003
    hair.object_align_factor = lean
    hair.factor_random = 0.0015 if is_scalp else 0.001
    hair.child_type, hair.rendered_child_count, hair.child_percent = "INTERPOLATED", children, 0
    hair.radius_scale, hair.render_step = 0.002, 3
    hair.root_radius, hair.tip_radius = (0.09 if is_scalp else 0.07), 0.02
    hair.roughness_1, hair.roughness_2 = 0.0015, 0.002


def _add_shoes(mesh: BaseMesh, body: PosedBody) -> None:
    """Shoes are the feet, a little larger, down to a flat sole."""
    ankle = body.joints["foot.L"][2]
    faces = [
        face
        for face in mesh.groups["body"]
        if max(body.posed[corner[0]][2] for corner in face) < ankle - 0.005
        and max(body.leg[corner[0]].max() for corner in face) > 0.5
    ]
    shoes = add_mesh("shoes", mesh, faces, body.posed)
    # Toes vanish where the surface is smoothed before it is puffed up.
    shoes.modifiers.new("round", "SMOOTH").iterations = 12
    puff = shoes.modifiers.new("puff", "DISPLACE")
    puff.strength, puff.mid_level = 0.012, 0.0
    shoes.modifiers.new("fine", "SUBSURF").render_levels = 1
    shoes.data.materials.append(materials.plain("leather", (0.07, 0.06, 0.055), 0.5))
