"""What scenes are drawn with: shades, shadows, light, sky, trees and rooms."""

from collections.abc import Sequence
from random import Random

from PIL import Image, ImageDraw, ImageFilter

WIDTH, HEIGHT = 1280, 854
_SHADOW_BLUR = 14
Colour = tuple[int, int, int]
Box = tuple[float, float, float, float]  # left, top, right, bottom
Point = tuple[float, float]

WALLS: Sequence[Colour] = (
    (238, 233, 224),
    (228, 232, 230),
    (240, 236, 230),
    (222, 228, 234),
    (236, 228, 216),
)
WOODS: Sequence[Colour] = ((186, 140, 98), (160, 116, 78), (204, 168, 128), (134, 98, 70))
CLOTHS: Sequence[Colour] = ((64, 96, 122), (120, 134, 108), (196, 148, 96), (146, 92, 84), (98, 102, 116))


def darker(colour: Colour, by: float) -> Colour:
    """`by` 0 leaves it, 1 makes it black, and less than 0 makes it lighter."""
    if by < 0:
        return _mixed(colour, (255, 255, 255), -by)
    return _mixed(colour, (0, 0, 0), by)


def _mixed(one: Colour, other: Colour, share: float) -> Colour:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


class Scenery:
    """A canvas. `random` decides all that differs between two pictures of one scene."""

    def __init__(self, random: Random, *, blue_sky: bool) -> None:
        self.random = random
        self._clouds = Random(random.random())  # noqa: S311 - no secret; grey skies leave `random` alike
        self.blue_sky = blue_sky
        self.image = Image.new("RGB", (WIDTH, HEIGHT), random.choice(WALLS))
        self.pen = ImageDraw.Draw(self.image)

    def shaded(self, box: Box, top: Colour, bottom: Colour) -> None:
        left, upper, right, lower = map(round, box)
        size = (max(1, right - left), max(1, lower - upper))
        mask = Image.linear_gradient("L").resize(size)
        self.image.paste(
            Image.composite(Image.new("RGB", size, bottom), Image.new("RGB", size, top), mask), (left, upper)
        )

    def shape(self, points: Sequence[Point], colour: Colour) -> None:
        self.pen.polygon(points, fill=colour)

    def box(self, box: Box, colour: Colour, *, round_by: float = 0) -> None:
        self.pen.rounded_rectangle(box, radius=round_by, fill=colour)

    def solid(self, box: Box, colour: Colour, *, round_by: float = 0) -> None:
        """A box that is lit from above."""
        self.box(box, darker(colour, 0.12), round_by=round_by)
        left, top, right, bottom = box
        self.box(
            (left, top, right, top + (bottom - top) * 0.16 + 2), darker(colour, -0.16), round_by=round_by
        )

    def shadow(self, box: Box, strength: int = 90) -> None:
        left, top, right, bottom = box
        edge = 3 * _SHADOW_BLUR
        mask = Image.new("L", (round(right - left) + 2 * edge, round(bottom - top) + 2 * edge), 0)
        ImageDraw.Draw(mask).ellipse((edge, edge, mask.width - edge, mask.height - edge), fill=strength)
        blurred = mask.filter(ImageFilter.GaussianBlur(_SHADOW_BLUR))
        self.image.paste((24, 20, 18), (round(left) - edge, round(top) - edge), blurred)

    def glow(self, at: Point, radius: float, strength: float = 0.5) -> None:
        size = round(radius * 2)
        fading = [round((255 - n) * strength) for n in range(256)]
        light = Image.radial_gradient("L").resize((size, size)).point(fading)
        self.image.paste((255, 244, 214), (round(at[0] - radius), round(at[1] - radius)), light)

    def sky(self, box: Box) -> None:
        if not self.blue_sky:
            self.shaded(box, (206, 207, 208), (226, 226, 224))
            return
        self.shaded(box, (64, 136, 214), (196, 226, 246))
        width, height = round(box[2] - box[0]), round(box[3] - box[1])
        mask = Image.new("L", (width, height), 0)
        pen, random = ImageDraw.Draw(mask), self._clouds
        for _ in range(4):
            x, y = width * random.random(), height * random.uniform(0.12, 0.6)
            for _ in range(7):
                a, b = width * random.uniform(0.03, 0.1), height * random.uniform(0.02, 0.07)
                dx = width * random.uniform(-0.11, 0.11)
                pen.ellipse((x + dx - a, y - b, x + dx + a, y + b), fill=205)
        soft = mask.filter(ImageFilter.GaussianBlur(max(2.0, height / 60)))
        self.image.paste((255, 255, 255), (round(box[0]), round(box[1])), soft)

    def tree(self, x: float, ground: float, size: float) -> None:
        trunk: Colour = (98, 74, 56)
        self.pen.rectangle((x - size * 0.05, ground - size * 0.5, x + size * 0.05, ground), fill=trunk)
        green = self.random.choice([(74, 116, 62), (92, 130, 70), (62, 104, 74)])
        for number in range(26):
            a = size * self.random.uniform(0.1, 0.2)
            dx, dy = self.random.uniform(-0.3, 0.3) * size, self.random.uniform(-0.95, -0.4) * size
            light = darker(green, 0.25 - 0.5 * number / 26)
            self.pen.ellipse((x + dx - a, ground + dy - a, x + dx + a, ground + dy + a), fill=light)

    def hedge(self, top: float, bottom: float, green: Colour = (78, 118, 66)) -> None:
        self.shaded((0, top, WIDTH, bottom), darker(green, -0.1), darker(green, 0.4))
        for x in range(-20, WIDTH + 20, 26):
            a = self.random.uniform(16, 34)
            self.pen.ellipse(
                (x - a, top - a * 0.7, x + a, top + a), fill=darker(green, self.random.uniform(-0.16, 0.2))
            )

    def lawn(self, top: float) -> None:
        green: Colour = (112, 158, 74) if self.blue_sky else (112, 134, 84)
        self.shaded((0, top, WIDTH, HEIGHT), darker(green, 0.16), darker(green, -0.12))
        stripes = 7
        for number in range(0, stripes, 2):
            left, right = WIDTH * number / stripes, WIDTH * (number + 1) / stripes
            middle = WIDTH / 2
            near = [(middle + (x - middle) * 1.9, HEIGHT) for x in (left, right)]
            self.shape([(left, top), (right, top), near[1], near[0]], darker(green, -0.08))

    def window(self, box: Box, *, panes: int = 2) -> None:
        """With the sky, something green, and a white frame."""
        left, top, right, bottom = box
        self.box((left - 12, top - 12, right + 12, bottom + 18), (252, 252, 250))
        self.sky(box)
        green: Colour = (112, 150, 92) if self.blue_sky else (190, 196, 184)
        for _ in range(9):
            x, a = self.random.uniform(left, right), (right - left) * self.random.uniform(0.06, 0.14)
            y = bottom - a * 0.5
            around = (max(left, x - a), y - a, min(right, x + a), bottom)
            self.pen.ellipse(around, fill=darker(green, self.random.uniform(-0.1, 0.3)))
        for number in range(1, panes):
            x = left + (right - left) * number / panes
            self.pen.rectangle((x - 5, top, x + 5, bottom), fill=(252, 252, 250))
        self.pen.rectangle(
            (left, (top * 2 + bottom) / 3 - 4, right, (top * 2 + bottom) / 3 + 4), fill=(252, 252, 250)
        )
        self.pen.rectangle((left - 22, bottom + 14, right + 22, bottom + 26), fill=(236, 234, 230))

    def interior(self, *, back: Box = (250, 150, 1030, 560), tiles: bool = False) -> Box:
        """Floor, ceiling and three walls, seen straight on. Returns the back wall."""
        left, top, right, bottom = back
        wall, wood = self.random.choice(WALLS), self.random.choice(WOODS)
        floor = (214, 212, 206) if tiles else wood
        self.shape([(0, 0), (left, top), (left, bottom), (0, HEIGHT)], darker(wall, 0.13))
        self.shape([(WIDTH, 0), (right, top), (right, bottom), (WIDTH, HEIGHT)], darker(wall, 0.07))
        self.shape([(0, 0), (WIDTH, 0), (right, top), (left, top)], darker(wall, -0.6))
        self.shaded(back, darker(wall, -0.1), darker(wall, 0.02))
        self.shape([(0, HEIGHT), (WIDTH, HEIGHT), (right, bottom), (left, bottom)], floor)
        middle, boards = WIDTH / 2, 13
        for number in range(boards + 1):
            x = left + (right - left) * number / boards
            self.pen.line(
                [(x, bottom), (middle + (x - middle) * 3.4, HEIGHT + 420)], fill=darker(floor, 0.18), width=2
            )
        if tiles:
            for step in range(1, 6):
                y = bottom + (HEIGHT - bottom) * (step / 6) ** 1.5
                self.pen.line([(0, y), (WIDTH, y)], fill=darker(floor, 0.14), width=2)
        self.pen.rectangle((left, bottom - 14, right, bottom), fill=(250, 250, 248))
        for x in (400, 640, 880):
            self.pen.ellipse((x - 14, 66, x + 14, 76), fill=(255, 252, 238))
            self.glow((x, 74), 90, strength=0.35)
        return back

    def plant(self, x: float, ground: float, size: float) -> None:
        self.shadow((x - size * 0.3, ground - 12, x + size * 0.3, ground + 14))
        for _ in range(16):
            dx, dy = self.random.uniform(-0.42, 0.42) * size, self.random.uniform(-1.0, -0.5) * size
            leaf = darker((84, 128, 78), self.random.uniform(-0.2, 0.35))
            self.pen.line(
                [(x, ground - size * 0.25), (x + dx, ground + dy)], fill=leaf, width=max(3, round(size / 18))
            )
            self.pen.ellipse(
                (
                    x + dx - size * 0.09,
                    ground + dy - size * 0.13,
                    x + dx + size * 0.09,
                    ground + dy + size * 0.13,
                ),
                fill=leaf,
            )
        pot = [
            (x - size * 0.17, ground - size * 0.3),
            (x + size * 0.17, ground - size * 0.3),
            (x + size * 0.12, ground),
            (x - size * 0.12, ground),
        ]
        self.shape(pot, (222, 214, 204))
