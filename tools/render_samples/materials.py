"""Cloth, plaster and skin as Cycles materials."""

from __future__ import annotations

from pathlib import Path

import bpy

Colour = tuple[float, float, float]


class Nodes:
    """A material's node tree, with the few operations that the looks here need."""

    def __init__(self, name: str) -> None:
        self.material = bpy.data.materials.new(name)
        self.material.use_nodes = True
        self.tree = self.material.node_tree
        self.surface = self.tree.nodes["Principled BSDF"]

    def set(self, node: bpy.types.Node, **values: object) -> bpy.types.Node:
        """Set a node's inputs by name, underscores for spaces."""
        for name, value in values.items():
            node.inputs[name.replace("_", " ")].default_value = value
        return node

    def add(self, kind: str, **values: object) -> bpy.types.Node:
        """Add a node."""
        return self.set(self.tree.nodes.new(kind), **values)

    def link(self, output: bpy.types.NodeSocket, target: bpy.types.NodeSocket) -> None:
        """Join two sockets."""
        self.tree.links.new(output, target)

    def attribute(self, name: str) -> bpy.types.Node:
        """Read a mesh attribute."""
        node = self.add("ShaderNodeAttribute")
        node.attribute_name = name
        return node

    def noise(self, scale: float, detail: float, where: bpy.types.NodeSocket) -> bpy.types.Node:
        """Add noise over the given coordinates."""
        node = self.add("ShaderNodeTexNoise", Scale=scale, Detail=detail)
        self.link(where, node.inputs["Vector"])
        return node

    def mix(
        self, share: bpy.types.NodeSocket, one: object, other: object
    ) -> bpy.types.NodeSocket:
        """Mix two colours, each a colour or a socket."""
        node = self.tree.nodes.new("ShaderNodeMixRGB")
        self.link(share, node.inputs[0])
        for index, colour in ((1, one), (2, other)):
            if isinstance(colour, tuple):
                node.inputs[index].default_value = (*colour, 1)
            else:
                self.link(colour, node.inputs[index])
        return node.outputs[0]

    def math(self, operation: str, value: object, *constants: float) -> bpy.types.NodeSocket:
        """Add a mathematical operation on a socket and constants."""
        node = self.tree.nodes.new("ShaderNodeMath")
        node.operation = operation
        self.link(value, node.inputs[0])
        for index, constant in enumerate(constants, start=1):
            node.inputs[index].default_value = constant
        return node.outputs[0]


def fabric(
    name: str, colour: Colour, stripe: Colour | None = None, stripe_width: float = 0.022
) -> bpy.types.Material:
    """Woven cloth with uneven dye, a stitched edge and, if asked for, horizontal stripes."""
    nodes = Nodes(name)
    nodes.set(nodes.surface, Roughness=0.85, Sheen_Weight=0.25, Specular_IOR_Level=0.25)
    rest = nodes.attribute("rest").outputs["Vector"]
    edge = nodes.attribute("edge").outputs["Fac"]
    dye = nodes.noise(9.0, 6.0, rest).outputs[0]
    darker = tuple(0.86 * v for v in colour)
    lighter = tuple(min(1.1 * v, 1.0) for v in colour)
    base = nodes.mix(dye, darker, lighter)
    if stripe:
        split = nodes.add("ShaderNodeSeparateXYZ")
        nodes.link(rest, split.inputs[0])
        wave = nodes.math("SINE", nodes.math("MULTIPLY", split.outputs["Z"], 3.14159 / stripe_width))
        base = nodes.mix(nodes.math("GREATER_THAN", wave, 0.0), base, stripe)
    seam = nodes.math("COMPARE", edge, 0.02, 0.0012)
    shade = nodes.mix(seam, (1.0, 1.0, 1.0), (0.55, 0.55, 0.55))
    product = nodes.tree.nodes.new("ShaderNodeMixRGB")
    product.blend_type = "MULTIPLY"
    product.inputs[0].default_value = 1.0
    nodes.link(base, product.inputs[1])
    nodes.link(shade, product.inputs[2])
    nodes.link(product.outputs[0], nodes.surface.inputs["Base Color"])
    weave = nodes.add("ShaderNodeBump", Strength=0.25, Distance=0.0008)
    nodes.link(nodes.noise(1400.0, 2.0, rest).outputs[0], weave.inputs["Height"])
    hem = nodes.add("ShaderNodeBump", Strength=0.6, Distance=0.0015)
    nodes.link(nodes.math("LESS_THAN", edge, 0.02), hem.inputs["Height"])
    nodes.link(weave.outputs["Normal"], hem.inputs["Normal"])
    nodes.link(hem.outputs["Normal"], nodes.surface.inputs["Normal"])
    return nodes.material


def plain(name: str, colour: Colour, roughness: float = 0.5, **values: object) -> bpy.types.Material:
    """A material of one colour."""
    nodes = Nodes(name)
    nodes.set(nodes.surface, Base_Color=(*colour, 1), Roughness=roughness, **values)
    return nodes.material


def plaster() -> bpy.types.Material:
    """A mannequin's lacquer."""
    return plain(
        "plaster",
        (0.78, 0.775, 0.76),
        0.34,
        Coat_Weight=0.25,
        Coat_Roughness=0.15,
        Subsurface_Weight=0.08,
        Subsurface_Scale=0.02,
    )


def skin(textures: Path) -> bpy.types.Material:
    """Skin with uneven tone, lips, lids and a scalp that shows through the hair."""
    nodes = Nodes("skin")
    nodes.set(
        nodes.surface,
        Roughness=0.48,
        Subsurface_Weight=0.16,
        Subsurface_Scale=0.008,
        Specular_IOR_Level=0.4,
        Subsurface_Radius=(1, 0.35, 0.2),
    )
    where = nodes.add("ShaderNodeTexCoord").outputs["Object"]
    tone = nodes.mix(
        nodes.noise(28.0, 8.0, where).outputs[0], (0.42, 0.215, 0.145), (0.56, 0.32, 0.23)
    )
    for texture, colour, amount in (
        ("mpfb_lips", (0.45, 0.16, 0.13), 0.75),
        ("mpfb_ears", (0.60, 0.27, 0.20), 0.35),
        ("mpfb_eyelids", (0.42, 0.20, 0.15), 0.45),
        ("mpfb_fingernails", (0.70, 0.42, 0.36), 0.60),
    ):
        image = nodes.add("ShaderNodeTexImage")
        image.image = bpy.data.images.load(str(textures / f"{texture}.jpg"))
        image.image.colorspace_settings.name = "Non-Color"
        tone = nodes.mix(nodes.math("MULTIPLY", image.outputs[0], amount), tone, colour)
    tone = nodes.mix(nodes.attribute("scalp").outputs["Fac"], tone, (0.03, 0.02, 0.014))
    nodes.link(tone, nodes.surface.inputs["Base Color"])
    pores = nodes.add("ShaderNodeBump", Strength=0.15, Distance=0.001)
    nodes.link(nodes.noise(700.0, 3.0, where).outputs[0], pores.inputs["Height"])
    nodes.link(pores.outputs["Normal"], nodes.surface.inputs["Normal"])
    return nodes.material


def eye() -> bpy.types.Material:
    """Pupil, brown iris and white by the angle from the line of sight."""
    nodes = Nodes("eye")
    to_unit = nodes.add("ShaderNodeMapRange", From_Max=90.0)
    nodes.link(nodes.attribute("angle").outputs["Fac"], to_unit.inputs[0])
    ramp = nodes.add("ShaderNodeValToRGB")
    nodes.link(to_unit.outputs[0], ramp.inputs[0])
    stops = ramp.color_ramp.elements
    black = (0.004, 0.004, 0.004, 1)
    stops[0].position, stops[0].color = 0, black
    stops[1].position, stops[1].color = 0.12, black
    for position, colour in (
        (0.13, (0.06, 0.035, 0.015, 1)),
        (0.30, (0.045, 0.025, 0.010, 1)),
        (0.335, (0.55, 0.52, 0.49, 1)),
        (1.0, (0.55, 0.48, 0.45, 1)),
    ):
        stops.new(position).color = colour
    nodes.link(ramp.outputs[0], nodes.surface.inputs["Base Color"])
    nodes.set(nodes.surface, Roughness=0.08, Coat_Weight=1.0)
    return nodes.material
