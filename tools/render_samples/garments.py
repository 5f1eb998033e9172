"""Clothes cut from the body's tights envelope, and their fall as cloth."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import bmesh
import bpy
import numpy as np
from body import BaseMesh, PosedBody
from mathutils import Vector


@dataclass(frozen=True)
class Cut:
    """How a garment is cut from the envelope; lengths in metres.

    Attributes
    ----------
    neck : (drop, back, tilt) or None
        The neckline's plane below the neck joint, behind it, and its slope; None: no top.
    sleeve : float
        Length as a share of the upper arm, 1 to 2 adding the forearm; 0: none.
    hem, waist, legs : float or None
        Heights at which the torso ends below, the garment ends above, and the legs end.
    flare : (rows, height, growth) or None
        Rows added to the hem, each so high, and how much wider each is than the last.
    ease : (at the top, at the bottom)
        Distance from the body.
    """

    neck: tuple[float, float, float] | None = None
    sleeve: float = 0.0
    hem: float | None = None
    waist: float | None = None
    legs: float | None = None
    flare: tuple[int, float, float] | None = None
    ease: tuple[float, float] = (0.010, 0.016)


@dataclass
class Garment:
    """A garment's object and the loops of vertices along its openings.

    `loops` holds ``collar``, ``cuff_l``, ``cuff_r``, ``waist``, ``hem``, ``hem_l``, ``hem_r`` as
    far as there are such openings; l and r are the wearer's.
    """

    name: str
    object: bpy.types.Object
    loops: dict[str, list[int]] = field(default_factory=dict)


def add_mesh(
    name: str,
    mesh: BaseMesh,
    faces: Sequence,
    positions: np.ndarray,
    attributes: dict[str, np.ndarray] | None = None,
) -> bpy.types.Object:
    """Add faces of the base mesh to the scene at the given positions."""
    index = np.unique([corner[0] for face in faces for corner in face])
    order = {int(vertex): i for i, vertex in enumerate(index)}
    data = bpy.data.meshes.new(name)
    polygons = [[order[corner[0]] for corner in face] for face in faces]
    data.from_pydata(positions[index].tolist(), [], polygons)
    layer = data.uv_layers.new(name="uv")
    corners = np.array([mesh.texture[c[1]] for face in faces for c in face])
    layer.data.foreach_set("uv", corners.ravel())
    for key, values in (attributes or {}).items():
        is_vector = values.ndim == 2
        attribute = data.attributes.new(key, "FLOAT_VECTOR" if is_vector else "FLOAT", "POINT")
        chosen = values[index].ravel().astype(np.float32)
        attribute.data.foreach_set("vector" if is_vector else "value", chosen)
    for polygon in data.polygons:
        polygon.use_smooth = True
    created = bpy.data.objects.new(name, data)
    bpy.context.scene.collection.objects.link(created)
    return created


def positions_of(target: bpy.types.Object) -> np.ndarray:
    """Return an object's vertices as (N, 3)."""
    values = np.zeros(3 * len(target.data.vertices), np.float32)
    target.data.vertices.foreach_get("co", values)
    return values.reshape(-1, 3)


def bake(target: bpy.types.Object) -> None:
    """Replace an object's mesh by what its modifiers make of it."""
    graph = bpy.context.evaluated_depsgraph_get()
    evaluated = target.evaluated_get(graph)
    data = bpy.data.meshes.new_from_object(evaluated, preserve_all_data_layers=True, depsgraph=graph)
    target.modifiers.clear()
    target.data = data


def cut_garment(name: str, mesh: BaseMesh, body: PosedBody, cut: Cut) -> Garment:
    """Cut the envelope by planes in the rest pose, and bring what is left to the pose."""
    attributes = {
        "rest": body.rest,
        **{f"arm{s}": body.arm[:, i] for i, s in enumerate("LR")},
    }
    target = add_mesh(name, mesh, mesh.groups["helper-tights"], body.posed, attributes)
    target.modifiers.new("smooth", "SUBSURF").levels = 2
    bake(target)
    work = bmesh.new()
    work.from_mesh(target.data)
    layers = work.verts.layers
    rest, pose = layers.float_vector["rest"], layers.float_vector.new("pose")
    for vertex in work.verts:
        vertex[pose] = vertex.co.copy()
        vertex.co = vertex[rest]
    _cut_planes(work, body, cut)
    _keep_largest_island(work)
    for vertex in work.verts:
        vertex.co = vertex[pose]
    if cut.flare:
        _add_flare(work, cut)
    bmesh.ops.triangulate(work, faces=[face for face in work.faces if len(face.verts) > 4])
    bmesh.ops.remove_doubles(work, verts=work.verts, dist=0.0015)
    bmesh.ops.recalc_face_normals(work, faces=work.faces)
    loops = _named_loops(work, body, cut)
    work.to_mesh(target.data)
    work.free()
    for polygon in target.data.polygons:
        polygon.use_smooth = True
    garment = Garment(name, target, loops)
    _store_distance_to_edge(garment)
    _inflate(target, cut.ease)
    return garment


def _bisect(
    work: bmesh.types.BMesh, chosen: Callable, point: np.ndarray, normal: Sequence[float]
) -> None:
    faces = [face for face in work.faces if chosen(face)]
    edges = {edge for face in faces for edge in face.edges}
    vertices = {vertex for face in faces for vertex in face.verts}
    bmesh.ops.bisect_plane(
        work,
        geom=[*vertices, *edges, *faces],
        plane_co=Vector(point),
        plane_no=Vector(normal),
        clear_outer=True,
        dist=1e-5,
    )


def _cut_planes(work: bmesh.types.BMesh, body: PosedBody, cut: Cut) -> None:
    arms = {s: work.verts.layers.float[f"arm{s}"] for s in "LR"}
    joints = body.rest_joints

    def share(face: bmesh.types.BMFace, layer: object) -> float:
        return sum(vertex[layer] for vertex in face.verts) / len(face.verts)

    for side, layer in arms.items():
        if not cut.sleeve:
            break
        bones = ("upperarm01", "lowerarm01") if cut.sleeve <= 1 else ("lowerarm01", "wrist")
        start, end = (joints[f"{bone}.{side}"] for bone in bones)
        at = cut.sleeve if cut.sleeve <= 1 else cut.sleeve - 1
        point = (1 - at) * start + at * end
        _bisect(work, lambda f, layer=layer: share(f, layer) > 0.5, point, end - start)
    if cut.waist is not None:
        _bisect(work, lambda f: True, np.array([0, 0, cut.waist]), (0, 0.06, 1))
    if cut.neck is not None:
        drop, back, tilt = cut.neck
        neck = joints["neck01"]

        def near_neck(face: bmesh.types.BMFace) -> bool:
            middle = face.calc_center_median()
            return abs(middle.x) < 0.16 and middle.z > neck[2] - 0.14

        point = np.array([0, neck[1] - back, neck[2] - drop])
        _bisect(work, near_neck, point, (0, -math.sin(tilt), math.cos(tilt)))
    if cut.hem is not None:

        def is_torso(face: bmesh.types.BMFace) -> bool:
            return sum(share(face, layer) for layer in arms.values()) < 0.5

        _bisect(work, is_torso, np.array([0, 0, cut.hem]), (0, 0, -1))
    if cut.legs is not None:
        _bisect(work, lambda f: True, np.array([0, 0, cut.legs]), (0, 0, -1))


def _keep_largest_island(work: bmesh.types.BMesh) -> None:
    seen: set = set()
    islands = []
    for vertex in work.verts:
        if vertex in seen:
            continue
        stack, island = [vertex], []
        seen.add(vertex)
        while stack:
            current = stack.pop()
            island.append(current)
            for edge in current.link_edges:
                other = edge.other_vert(current)
                if other not in seen:
                    seen.add(other)
                    stack.append(other)
        islands.append(island)
    islands.sort(key=len)
    rest = [vertex for island in islands[:-1] for vertex in island]
    bmesh.ops.delete(work, geom=rest, context="VERTS")


def _add_flare(work: bmesh.types.BMesh, cut: Cut) -> None:
    """Extrude the hem downwards in rows that grow wider, in soft folds."""
    rows, height, growth = cut.flare
    rest = work.verts.layers.float_vector["rest"]
    level = cut.hem
    for _ in range(rows):
        edges = [
            edge
            for edge in work.edges
            if edge.is_boundary
            and all(v.co.z < level + 0.02 and abs(v.co.x) < 0.4 for v in edge.verts)
        ]
        made = bmesh.ops.extrude_edge_only(work, edges=edges)["geom"]
        vertices = [item for item in made if isinstance(item, bmesh.types.BMVert)]
        centre = sum((v.co for v in vertices), Vector()) / len(vertices)
        level -= height
        for vertex in vertices:
            offset = vertex.co - centre
            folds = 1 + 0.35 * math.sin(9 * math.atan2(offset.y, offset.x))
            vertex.co.x += offset.x * growth * folds
            vertex.co.y += offset.y * growth * folds
            vertex.co.z = level
            vertex[rest].z -= height


def _named_loops(work: bmesh.types.BMesh, body: PosedBody, cut: Cut) -> dict[str, list[int]]:
    """Find the openings and tell them apart by where they lie."""
    boundary = {edge for edge in work.edges if edge.is_boundary}
    work.verts.index_update()
    work.verts.ensure_lookup_table()
    arms = [work.verts.layers.float[f"arm{s}"] for s in "LR"]
    loops: dict[str, list[int]] = {}
    done: set = set()
    for edge in boundary:
        if edge in done:
            continue
        stack, loop = [edge], set()
        done.add(edge)
        while stack:
            current = stack.pop()
            loop |= {v.index for v in current.verts}
            for vertex in current.verts:
                for other in vertex.link_edges:
                    if other in boundary and other not in done:
                        done.add(other)
                        stack.append(other)
        if len(loop) > 12:
            members = [work.verts[i] for i in sorted(loop)]
            loops[_loop_name(members, arms, body, cut)] = sorted(loop)
    return loops


def _loop_name(members: list, arms: list, body: PosedBody, cut: Cut) -> str:
    centre = sum((v.co for v in members), Vector()) / len(members)
    lean = sum(v[arms[0]] - v[arms[1]] for v in members) / len(members)
    if abs(lean) > 0.4:
        return "cuff_l" if lean > 0 else "cuff_r"
    if cut.neck is not None and centre.z > body.joints["neck01"][2] - 0.2:
        return "collar"
    if cut.waist is not None and centre.z > cut.waist - 0.1:
        return "waist"
    if abs(centre.x) < 0.05:
        return "hem"
    return "hem_l" if centre.x > 0 else "hem_r"


def _store_distance_to_edge(garment: Garment) -> None:
    """Keep each vertex's distance to the nearest opening: the stitch line follows it."""
    points = positions_of(garment.object)
    distance = np.full(len(points), 9.0, np.float32)
    for loop in garment.loops.values():
        for start in range(0, len(points), 2000):
            part = slice(start, start + 2000)
            away = np.linalg.norm(points[part, None] - points[loop][None], axis=2).min(axis=1)
            distance[part] = np.minimum(distance[part], away)
    attribute = garment.object.data.attributes.new("edge", "FLOAT", "POINT")
    attribute.data.foreach_set("value", distance)


def _inflate(target: bpy.types.Object, ease: tuple[float, float]) -> None:
    """Move vertices off the body along smoothed normals, more towards the bottom."""
    points = positions_of(target)
    normals = np.zeros(3 * len(points), np.float32)
    target.data.vertices.foreach_get("normal", normals)
    normals = normals.reshape(-1, 3).copy()
    edges = np.zeros(2 * len(target.data.edges), np.int32)
    target.data.edges.foreach_get("vertices", edges)
    edges = edges.reshape(-1, 2)
    for _ in range(25):
        total = normals.copy()
        np.add.at(total, edges[:, 0], normals[edges[:, 1]])
        np.add.at(total, edges[:, 1], normals[edges[:, 0]])
        normals = total / np.maximum(np.linalg.norm(total, axis=1, keepdims=True), 1e-9)
    height = points[:, 2]
    depth = (height.max() - height) / max(float(np.ptp(height)), 1e-6)
    amount = ease[0] + (ease[1] - ease[0]) * depth
    target.data.vertices.foreach_set("co", (points + normals * amount[:, None]).ravel())
    target.data.update()


def pin(garment: Garment, above: float) -> str:
    """Hold the vertices above a height in place while the cloth falls; return the group."""
    chosen = [i for i, point in enumerate(positions_of(garment.object)) if point[2] > above]
    garment.object.vertex_groups.new(name="pin").add(chosen, 1.0, "REPLACE")
    return "pin"


def let_fall(
    garment: Garment,
    frames: int,
    pinned: str = "",
    mass: float = 0.25,
    stiffness: float = 12.0,
    bending: float = 0.5,
) -> None:
    """Simulate the cloth and keep its last state."""
    target = garment.object
    modifier = target.modifiers.new("cloth", "CLOTH")
    cloth, collision = modifier.settings, modifier.collision_settings
    cloth.quality, cloth.mass, cloth.air_damping = 4, mass, 2
    cloth.tension_stiffness = cloth.compression_stiffness = stiffness
    cloth.shear_stiffness, cloth.bending_stiffness = stiffness / 2, bending
    cloth.tension_damping = cloth.compression_damping = cloth.shear_damping = 5
    collision.distance_min, collision.collision_quality = 0.004, 2
    collision.use_self_collision = False
    cloth.vertex_group_mass = pinned
    modifier.point_cache.frame_start, modifier.point_cache.frame_end = 1, frames
    for frame in range(1, frames + 1):
        bpy.context.scene.frame_set(frame)
    bake(target)
    bpy.context.scene.frame_set(1)


def collide(target: bpy.types.Object, thickness: float = 0.004) -> None:
    """Make an object that cloth cannot fall through."""
    target.modifiers.new("collision", "COLLISION")
    target.collision.thickness_outer = thickness
    target.collision.thickness_inner = 0.02
    target.collision.cloth_friction = 12


def finish(garment: Garment, material: bpy.types.Material, thickness: float = 0.0016) -> None:
    """Give a garment its cloth and thickness."""
    target = garment.object
    target.data.materials.clear()
    target.data.materials.append(material)
    smooth = target.modifiers.new("smooth", "SUBSURF")
    smooth.levels = smooth.render_levels = 1
    solid = target.modifiers.new("solid", "SOLIDIFY")
    solid.thickness, solid.offset = thickness, 1
