"""Flat figures in the joints' places, with the parts that their pixels belong to: no network."""

import cv2
import numpy as np
from bodies import person

from flixdrape.body import SIDES, Body, along
from flixdrape.coverage import Coverage
from flixdrape.wearer import Wearer
from pose import PARTS, Keypoints, Parsing

SHAPE = (520, 400)
#: Where parts are known; outside all is background, as with a real crop.
BOX = (12, 4, 380, 514)
WALL, SKIN = (180, 190, 200), (215, 170, 145)
COLOURS = {
    "hair": (60, 40, 30),
    "face": SKIN,
    "arms": SKIN,
    "legs": SKIN,
    "top": (40, 60, 160),
    "outer": (110, 90, 60),
    "dress": (150, 40, 60),
    "bottom": (50, 50, 60),
    "legwear": (90, 70, 80),
    "footwear": (30, 30, 30),
    "accessories": (200, 150, 20),
}
MAGENTA = (255, 0, 255)


class Canvas:
    """A photo and the part of each of its pixels, painted together."""

    def __init__(self, colours, wall):
        self.colours = {**COLOURS, **colours}
        self.photo = np.full((*SHAPE, 3), wall, np.uint8)
        self.labels = np.zeros(SHAPE, np.uint8)

    def paint(self, part, draw):
        mask = np.zeros(SHAPE, np.uint8)
        draw(mask)
        # Round caps of thick lines end in single pixels.
        mask = cv2.medianBlur(mask, 3)
        self.photo[mask > 0] = self.colours[part]
        self.labels[mask > 0] = PARTS.index(part)

    def line(self, part, points, thickness):
        points = np.round(points).astype(np.int32)
        self.paint(part, lambda mask: cv2.polylines(mask, [points], False, 255, thickness))

    def area(self, part, points):
        points = np.round(points).astype(np.int32)
        self.paint(part, lambda mask: cv2.fillPoly(mask, [points], 255))

    def disc(self, part, centre, axes):
        centre = tuple(round(float(value)) for value in centre)
        self.paint(part, lambda mask: cv2.ellipse(mask, centre, axes, 0, 0, 360, 255, -1))


def draw_figure(
    keypoints=None,
    *,
    sleeves="short",
    below="trousers",
    hair="short",
    coat=False,
    tucked=False,
    belt=False,
    bag=False,
    legwear=False,
    colours=None,
    wall=WALL,
    noise=2.0,
):
    """Draw a person; returns the photo and the index of every pixel's part.

    Parameters
    ----------
    sleeves : str
        "none", "short" or "long".
    below : str
        "trousers", "skirt", "dress" (in place of a top too) or "none".
    hair : str
        "short", "long" (over the shoulders, to the chest) or "none".
    tucked : bool
        Whether the top ends at the waistband; else it hangs 25 pixels over.
    belt, bag : bool
        Accessories about the waist; in the hand on the image's left.
    """
    joints = keypoints or person()
    body = Body.from_keypoints(joints)
    canvas = Canvas(colours or {}, wall)
    middle, top = body.neck[0], body.neck[1]
    waist, crotch = top + 0.82 * body.torso, top + 1.15 * body.torso

    def trapezoid(part, upper, upper_half, lower, lower_half):
        canvas.area(
            part,
            [
                (middle - upper_half, upper),
                (middle + upper_half, upper),
                (middle + lower_half, lower),
                (middle - lower_half, lower),
            ],
        )

    for side in SIDES:
        leg = body.legs[side]
        canvas.line("legs", leg[:2], 30)
        canvas.line("legwear" if legwear else "legs", leg[1:], 20)
        canvas.disc("footwear", leg[2] + (0, 12), (14, 8))
        if below == "trousers":
            canvas.line("bottom", leg, 34)
    if below == "trousers":
        trapezoid("bottom", waist, 42, crotch, 46)
    elif below == "skirt":
        trapezoid("bottom", waist, 42, top + 1.75 * body.torso, 60)
    for side in SIDES:
        arm = body.arms[side]
        canvas.line("arms", arm[:2], 22)
    cloth = "dress" if below == "dress" else "top"
    if below == "dress":
        trapezoid(cloth, waist - 5, 40, top + 1.75 * body.torso, 60)
    hem = waist if tucked or below == "dress" else waist + 25
    canvas.area(
        cloth,
        [
            (middle - 22, top - 6),
            (middle - 52, top),
            (middle - 43, hem),
            (middle + 43, hem),
            (middle + 52, top),
            (middle + 22, top - 6),
        ],
    )
    if belt:
        trapezoid("accessories", waist - 5, 42, waist + 6, 42)
    for side in SIDES:
        arm = body.arms[side]
        canvas.line("arms", arm[1:], 17)
        canvas.disc("arms", arm[2] + 0.2 * (arm[2] - arm[1]), (13, 13))
    _sleeves(canvas, body, cloth, {"none": 0, "short": 2, "long": 3}[sleeves], 28)
    if coat:
        for sign in SIDES.values():
            canvas.area(
                "outer",
                [
                    (middle + sign * 20, top - 4),
                    (middle + sign * 56, top),
                    (middle + sign * 58, top + 1.6 * body.torso),
                    (middle + sign * 26, top + 1.6 * body.torso),
                ],
            )
        _sleeves(canvas, body, "outer", 3, 34)
    head = joints["nose"]
    if hair != "none":
        canvas.disc("hair", head - (0, 8), (30, 42))
    canvas.disc("face", head + (0, 2), (22, 30))
    canvas.line("face", [(middle, head[1] + 25), (middle, top - 8)], 24)
    if hair == "long":
        for sign in SIDES.values():
            canvas.line("hair", [(middle + sign * 27, head[1]), (middle + sign * 30, top + 60)], 16)
    if bag:
        wrist = body.arms["left"][2]
        canvas.line("accessories", [wrist + (-2, 12), wrist + (-2, 40)], 6)
        canvas.area("accessories", wrist + np.array([(-25, 38), (25, 38), (25, 90), (-25, 90)]))
    grain = np.random.default_rng(0).normal(0, noise, canvas.photo.shape)
    return np.clip(np.round(canvas.photo + grain), 0, 255).astype(np.uint8), canvas.labels


def _sleeves(canvas, body, part, joints, thickness):
    for side in SIDES if joints else ():
        arm = body.arms[side][:joints].copy()
        # A cuff ends above the joint, and the sleeve covers the shoulder.
        canvas.line(part, [arm[0] + (0, 8), *arm[1:]], thickness)


def parsing_of(labels, box=BOX, softness=0.7):
    """Make the parsing that drawn labels stand for, its borders a little soft."""
    x, y, width, height = box
    inside = labels[y : y + height, x : x + width]
    planes = np.stack([(inside == index).astype(np.float32) for index in range(len(PARTS))])
    if softness:
        planes = np.stack([cv2.GaussianBlur(plane, (0, 0), softness) for plane in planes])
    return Parsing(planes / planes.sum(axis=0), box, labels.shape)


def dressed_as(photo, labels, keypoints=None, **parsing):
    """Make a wearer of a photo and the index of every pixel's part."""
    joints = keypoints or person()
    return Wearer(photo, joints, Body.from_keypoints(joints), parsing_of(labels, **parsing))


def wearer(keypoints=None, *, softness=0.7, **look):
    """Draw somebody to be dressed; see `draw_figure`."""
    photo, labels = draw_figure(keypoints, **look)
    return dressed_as(photo, labels, keypoints, softness=softness)


def leaning(degrees, **look):
    """Draw somebody who leans: the whole picture turned about its middle."""
    joints = person()
    photo, labels = draw_figure(joints, **look)
    matrix = cv2.getRotationMatrix2D((200, 260), degrees, 1.0)
    size = (SHAPE[1], SHAPE[0])
    photo = cv2.warpAffine(photo, matrix, size, borderMode=cv2.BORDER_REPLICATE)
    labels = cv2.warpAffine(labels, matrix, size, flags=cv2.INTER_NEAREST)
    xy = joints.xy @ matrix[:, :2].T + matrix[:, 2]
    return dressed_as(photo, labels, Keypoints(joints.schema, xy, joints.scores))


def coverage(category="blouse", sleeves=0.0, legs=1.0, hem=None, waist=None):
    """What a garment covers; sleeves and legs as shares of the limbs, hem and waist in pixels."""
    body = Body.from_keypoints(person())
    usual = {"blouse": 0.95, "outwear": 1.2, "dress": 1.75, "skirt": 1.75, "trousers": 2.6}
    return Coverage(
        category,
        dict.fromkeys(SIDES, float(sleeves)),
        dict.fromkeys(SIDES, float(legs) if category == "trousers" else 0.0),
        usual[category] * body.torso if hem is None else hem,
        0.82 * body.torso if waist is None else waist,
    )


def garment_layer(cover, colour=(20, 160, 90), keypoints=None):
    """Draw what a coverage speaks of, as a warped garment: RGBA in the person's frame."""
    body = Body.from_keypoints(keypoints or person())
    alpha = np.zeros(SHAPE, np.uint8)
    middle, top = body.neck[0], body.neck[1]
    if cover.category in ("skirt", "trousers"):
        corners = [(-43, cover.waist), (43, cover.waist)]
    else:
        corners = [(-26, -8), (-50, 4), (-44, 38), (44, 38), (50, 4), (26, -8), (0, 14)]
    if cover.category == "trousers":
        corners += [(46, 1.15 * body.torso), (-46, 1.15 * body.torso)]
        for side in SIDES:
            leg = _share(body.legs[side], cover.legs[side])
            cv2.polylines(alpha, [np.round(leg).astype(np.int32)], False, 255, 36)
    else:
        half = 44 if cover.category in ("blouse", "outwear") else 64
        corners[3:3] = [(half, cover.hem), (-half, cover.hem)][:: 1 if len(corners) == 2 else -1]
    points = np.round(np.array(corners) + (middle, top)).astype(np.int32)
    cv2.fillPoly(alpha, [points], 255)
    for side in SIDES:
        if cover.sleeves[side]:
            arm = _share(body.arms[side], cover.sleeves[side])
            cv2.polylines(alpha, [np.round(arm).astype(np.int32)], False, 255, 30)
    return np.dstack([np.full((*SHAPE, 3), colour, np.uint8), alpha])


def _share(limb, share):
    length = np.linalg.norm(np.diff(limb, axis=0), axis=1).sum()
    return [along(limb, t * length)[0] for t in np.linspace(0, share, 9)]


def magenta(image):
    """How much of magenta each pixel shows, 0..255: what green lacks of both others."""
    image = np.asarray(image, np.float32)
    return np.minimum(image[..., 0], image[..., 2]) - image[..., 1]


def near_colour(image, colour, tolerance=60.0):
    """Where a picture shows a colour: (H, W) bool."""
    return np.linalg.norm(np.asarray(image, np.float32) - colour, axis=-1) < tolerance


def hidden_to_the_ground(shoe_at=None, reach=60):
    """Somebody in wide trousers to the ground; of the shoes only one may be seen."""
    photo, labels = draw_figure(below="trousers")
    y, x = np.mgrid[: SHAPE[0], : SHAPE[1]]
    legs = wearer().body.legs
    ground = legs["left"][2][1] + 30
    wide = (np.abs(x - 200) < reach) & (y > legs["left"][1][1]) & (y < ground)
    labels[labels == PARTS.index("footwear")] = PARTS.index("background")
    labels[wide], photo[wide] = PARTS.index("bottom"), MAGENTA
    if shoe_at is not None:
        shoe = np.hypot(x - shoe_at[0], y - shoe_at[1]) < 11
        labels[shoe], photo[shoe] = PARTS.index("footwear"), (10, 10, 10)
    return dressed_as(photo, labels)
