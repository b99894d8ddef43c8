"""The scenes: rooms, facades and gardens, by Autoenhance's word for what is on a photo."""

from collections.abc import Callable

from bot.sandbox.autoenhance.scenery import CLOTHS, HEIGHT, WALLS, WIDTH, WOODS, Colour, Scenery, darker

_WHITE: Colour = (250, 250, 248)


def front(on: Scenery) -> None:
    """A house with a roof, a door, windows and a lawn."""
    on.sky((0, 0, WIDTH, 600))
    for x in (90, 1180):
        on.tree(x, 620, on.random.uniform(330, 430))
    on.hedge(560, 640)
    wall, roof = on.random.choice(WALLS), on.random.choice([(118, 72, 58), (84, 88, 96), (98, 84, 74)])
    left, right = 270 + on.random.randrange(-40, 40), 1000 + on.random.randrange(-40, 40)
    on.shadow((left - 60, 620, right + 60, 690), 120)
    on.shaded((left, 300, right, 650), darker(wall, -0.2), darker(wall, 0.06))
    on.shape([(left - 50, 308), (left + 110, 130), (right - 110, 130), (right + 50, 308)], roof)
    on.shape([(left - 50, 308), (right + 50, 308), (right + 44, 326), (left - 44, 326)], darker(roof, 0.35))
    for y in range(160, 308, 24):
        slope = (308 - y) * 160 / 178
        on.pen.line([(left - 50 + slope, y), (right + 50 - slope, y)], fill=darker(roof, 0.14), width=2)
    on.box((left + 180, 90, left + 230, 190), darker(roof, 0.2))
    middle = (left + right) / 2
    for at in (left + 60, right - 210):
        on.window((at, 390, at + 150, 520))
    door = on.random.choice([(44, 78, 92), (126, 58, 48), (66, 84, 62), (52, 54, 62)])
    on.box((middle - 66, 420, middle + 66, 650), _WHITE)
    on.solid((middle - 54, 432, middle + 54, 650), door)
    on.pen.ellipse((middle + 32, 545, middle + 44, 557), fill=(226, 196, 120))
    on.lawn(650)
    on.shape(
        [(middle - 60, 650), (middle + 60, 650), (middle + 210, HEIGHT), (middle - 210, HEIGHT)],
        (206, 200, 190),
    )
    for x in (left + 20, right - 20):
        on.plant(x, 668, 110)


def garden(on: Scenery) -> None:
    """A lawn with trees, a hedge and a table."""
    on.sky((0, 0, WIDTH, 520))
    for at in (160, 420, 930, 1160):
        on.tree(at + on.random.randrange(-60, 60), 560, on.random.uniform(260, 430))
    on.hedge(470, 580)
    on.lawn(570)
    for _ in range(26):
        x, y = on.random.uniform(0, WIDTH), on.random.uniform(575, 610)
        bloom = on.random.choice([(228, 96, 110), (246, 206, 92), (240, 240, 244), (170, 120, 200)])
        on.pen.ellipse((x - 7, y - 7, x + 7, y + 7), fill=bloom)
    wood = on.random.choice(WOODS)
    x = on.random.uniform(420, 760)
    on.shadow((x - 190, 715, x + 190, 770), 110)
    for leg in (-140, 130):
        on.box((x + leg, 650, x + leg + 14, 745), darker(wood, 0.3))
    on.solid((x - 180, 632, x + 180, 656), wood, round_by=6)
    for side in (-1, 1):
        seat = x + side * 250
        on.solid((seat - 50, 672, seat + 50, 690), wood, round_by=5)
        on.box((seat + side * 40 - 6, 590, seat + side * 40 + 6, 750), darker(wood, 0.22))
        on.box((seat - side * 40 - 6, 690, seat - side * 40 + 6, 750), darker(wood, 0.3))


def terrace(on: Scenery) -> None:
    """Boards, a sofa and a parasol, and what is beyond."""
    on.sky((0, 0, WIDTH, 470))
    for x in (60, 300, 560, 1000, 1220):
        on.tree(x, 520, on.random.uniform(180, 300))
    on.hedge(440, 540)
    wood, cloth = on.random.choice(WOODS), on.random.choice(CLOTHS)
    on.shaded((0, 540, WIDTH, HEIGHT), darker(wood, 0.1), darker(wood, -0.18))
    for x in range(-700, WIDTH + 700, 90):
        on.pen.line(
            [(WIDTH / 2 + (x - WIDTH / 2) * 0.55, 540), (x, HEIGHT)], fill=darker(wood, 0.24), width=3
        )
    pole = on.random.choice([300, 980])
    on.box((pole - 7, 180, pole + 7, 640), (226, 222, 214))
    on.shape([(pole - 240, 280), (pole, 150), (pole + 240, 280)], _WHITE)
    on.shape([(pole, 150), (pole + 240, 280), (pole + 70, 280)], darker(_WHITE, 0.1))
    _sofa(on, (380, 520, 900, 700), cloth)
    on.shadow((500, 760, 800, 810))
    on.pen.ellipse((500, 716, 790, 784), fill=darker(wood, 0.45))
    on.pen.ellipse((500, 704, 790, 772), fill=darker(wood, 0.2))
    on.plant(1140, 690, 190)


def kitchen(on: Scenery) -> None:
    """Cupboards, a counter, a window and an island."""
    left, _, right, bottom = on.interior(tiles=True)
    front_colour = on.random.choice([(246, 246, 244), (92, 112, 116), (140, 152, 132), (70, 82, 104)])
    counter, wood = (236, 232, 226), on.random.choice(WOODS)
    sink, oven = on.random.choice([(460, 860), (560, 330), (660, 330)])
    on.window((sink, 225, sink + 200, 380))
    for x in range(round(left) + 14, round(right) - 90, 98):
        if not sink - 110 < x < sink + 210:
            on.solid((x, 178, x + 92, 330), front_colour, round_by=3)
            on.pen.line([(x + 80, 290), (x + 80, 318)], fill=(150, 140, 126), width=4)
    on.solid((left + 6, 430, right - 6, 446), counter)
    for x in range(round(left) + 10, round(right) - 80, 96):
        on.solid((x, 448, x + 92, bottom - 6), front_colour, round_by=3)
        on.pen.line([(x + 30, 466), (x + 62, 466)], fill=(150, 140, 126), width=4)
    on.solid((oven, 456, oven + 100, 552), (54, 56, 60), round_by=4)
    on.box((oven + 12, 484, oven + 88, 540), (28, 30, 34))
    on.shadow((320, 760, 980, 852), 120)
    on.solid((360, 640, 940, 824), darker(front_colour, 0.06))
    on.solid((335, 616, 965, 646), counter, round_by=4)
    for x in (470, 650, 830):
        on.box((x - 2, 0, x + 2, 170), (60, 60, 62))
        on.shape([(x - 34, 214), (x - 16, 168), (x + 16, 168), (x + 34, 214)], wood)
        on.glow((x, 226), 100, strength=0.5)
    bowl = on.random.uniform(480, 780)
    for dx, fruit in ((-22, (226, 150, 62)), (0, (206, 74, 60)), (22, (176, 192, 84))):
        on.pen.ellipse((bowl + dx - 17, 582, bowl + dx + 17, 616), fill=fruit)
    on.pen.chord((bowl - 52, 574, bowl + 52, 636), 10, 170, fill=darker(counter, 0.08))


def living_room(on: Scenery) -> None:
    """A sofa below a picture, a window, a table and a rug."""
    left, _, right, _ = on.interior()
    cloth = on.random.choice(CLOTHS)
    window, painting = on.random.choice([(left + 50, right - 300), (right - 290, left + 90)])
    on.window((window, 220, window + 240, 430), panes=3)
    _painting(on, painting, 230)
    on.pen.ellipse((260, 640, 1020, 812), fill=darker((226, 218, 206), 0.02))
    on.pen.ellipse((290, 652, 990, 800), fill=(240, 234, 224))
    _sofa(on, (350, 440, 930, 660), cloth)
    wood = on.random.choice(WOODS)
    on.shadow((500, 760, 800, 812))
    on.pen.ellipse((500, 696, 790, 764), fill=darker(wood, 0.25))
    on.pen.ellipse((500, 684, 790, 752), fill=darker(wood, -0.1))
    on.plant(1110, 690, 220)
    on.box((176, 330, 184, 690), (70, 66, 62))
    on.shape([(130, 340), (156, 258), (206, 258), (230, 340)], (250, 240, 214))
    on.glow((180, 330), 190, strength=0.45)


def bedroom(on: Scenery) -> None:
    """A bed with cushions, two lamps and a window."""
    left, _, right, _ = on.interior()
    cloth, wood = on.random.choice(CLOTHS), on.random.choice(WOODS)
    window = on.random.choice([left + 30, right - 200])
    on.window((window, 220, window + 170, 420))
    on.shadow((330, 700, 950, 850), 120)
    on.solid((400, 330, 880, 560), darker(wood, 0.05), round_by=18)
    on.shape([(400, 520), (880, 520), (1000, 800), (280, 800)], _WHITE)
    on.shape([(372, 590), (908, 590), (1000, 800), (280, 800)], cloth)
    on.shape([(372, 590), (908, 590), (914, 612), (366, 612)], darker(cloth, -0.25))
    on.shape([(280, 800), (1000, 800), (992, 836), (288, 836)], darker(cloth, 0.3))
    for x in (420, 650):
        on.solid((x, 440, x + 210, 540), _WHITE, round_by=30)
    on.solid((560, 476, 720, 556), darker(cloth, -0.3), round_by=26)
    for x in (300, 980):
        on.solid((x - 50, 560, x + 50, 650), wood, round_by=4)
        on.box((x - 5, 500, x + 5, 560), (216, 196, 160))
        on.shape([(x - 44, 506), (x - 24, 440), (x + 24, 440), (x + 44, 506)], (252, 242, 216))
        on.glow((x, 480), 150, strength=0.55)


def bathroom(on: Scenery) -> None:
    """Tiles, a bath, a basin and a mirror."""
    left, _, right, bottom = on.interior(tiles=True)
    tile = on.random.choice([(196, 214, 216), (214, 208, 198), (176, 196, 190), (206, 200, 210)])
    on.shaded((left, 320, right, bottom), darker(tile, -0.1), darker(tile, 0.06))
    for x in range(round(left), round(right), 52):
        on.pen.line([(x, 320), (x, bottom)], fill=darker(tile, -0.4), width=2)
    for y in range(320, round(bottom), 40):
        on.pen.line([(left, y), (right, y)], fill=darker(tile, -0.4), width=2)
    on.window((right - 260, 190, right - 90, 300))
    wood = on.random.choice(WOODS)
    on.box((left + 70, 180, left + 290, 372), (222, 224, 224), round_by=110)
    on.box((left + 80, 190, left + 280, 362), (206, 222, 230), round_by=100)
    on.glow((left + 180, 190), 170, strength=0.4)
    on.solid((left + 40, 470, left + 320, 600), wood, round_by=4)
    on.solid((left + 30, 448, left + 330, 474), _WHITE, round_by=8)
    on.box((left + 174, 404, left + 184, 448), (170, 174, 178))
    on.shadow((620, 690, 1080, 760), 110)
    on.solid((640, 520, 1060, 724), _WHITE, round_by=70)
    on.pen.ellipse((650, 506, 1050, 566), fill=(224, 230, 232))
    on.pen.ellipse((664, 516, 1036, 558), fill=(186, 212, 222) if on.blue_sky else (206, 212, 214))
    towel = on.random.choice(CLOTHS)
    on.box((90, 420, 176, 640), darker(towel, -0.1), round_by=6)
    on.box((90, 600, 176, 612), darker(towel, -0.5))


def hallway(on: Scenery) -> None:
    """A corridor with a door at its end, pictures and a runner."""
    on.interior(back=(440, 190, 840, 520))
    cloth, wood = on.random.choice(CLOTHS), on.random.choice(WOODS)
    on.box((560, 252, 720, 520), _WHITE)
    on.sky((574, 266, 706, 350))
    on.solid((574, 356, 706, 520), on.random.choice(CLOTHS))
    on.shape([(560, 524), (720, 524), (900, HEIGHT), (380, HEIGHT)], cloth)
    on.shape([(572, 524), (708, 524), (860, HEIGHT), (420, HEIGHT)], darker(cloth, -0.18))
    for near, far in ((70, 250), (300, 400)):
        on.shape([(near, 210), (far, 250), (far, 420), (near, 460)], darker(wood, 0.2))
        on.shape([(near + 12, 230), (far - 8, 262), (far - 8, 408), (near + 12, 440)], darker(cloth, -0.5))
    on.solid((960, 560, 1200, 584), wood, round_by=4)
    for x in (980, 1170):
        on.box((x, 584, x + 12, 730), darker(wood, 0.3))
    on.plant(1080, 564, 130)
    on.pen.ellipse((1010, 260, 1150, 420), fill=(214, 196, 160))
    on.pen.ellipse((1020, 270, 1140, 410), fill=(214, 228, 234))
    on.glow((640, 230), 260, strength=0.45)


def room(on: Scenery) -> None:
    """Any other: an empty room with a window."""
    left, _, right, _ = on.interior()
    on.window(((left + right) / 2 - 190, 210, (left + right) / 2 + 190, 430), panes=3)
    on.plant(on.random.choice([300, 980]), 640, 200)


def _painting(on: Scenery, x: float, y: float) -> None:
    on.box((x, y, x + 190, y + 140), (70, 62, 54))
    on.box((x + 8, y + 8, x + 182, y + 132), (246, 242, 234))
    for _ in range(5):
        a, dx, dy = on.random.uniform(14, 40), on.random.uniform(48, 142), on.random.uniform(48, 92)
        on.pen.ellipse(
            (x + dx - a, y + dy - a * 0.8, x + dx + a, y + dy + a * 0.8), fill=on.random.choice(CLOTHS)
        )


def _sofa(on: Scenery, box: tuple[float, float, float, float], cloth: Colour) -> None:
    left, top, right, bottom = box
    on.shadow((left - 30, bottom - 40, right + 30, bottom + 40), 120)
    on.solid((left + 30, top, right - 30, bottom - 60), cloth, round_by=24)
    middle = (left + right) / 2
    for one, two in ((left + 44, middle - 4), (middle + 4, right - 44)):
        on.solid((one, bottom - 110, two, bottom - 50), darker(cloth, -0.1), round_by=16)
    on.solid((left, top + 50, left + 62, bottom - 24), darker(cloth, 0.06), round_by=24)
    on.solid((right - 62, top + 50, right, bottom - 24), darker(cloth, 0.06), round_by=24)
    on.box((left + 20, bottom - 54, right - 20, bottom - 20), darker(cloth, 0.25), round_by=8)
    for x, light in ((left + 80, -0.55), (right - 190, 0.3)):
        on.solid((x, top + 40, x + 110, bottom - 100), darker(cloth, light), round_by=20)


SCENES: dict[str, Callable[[Scenery], None]] = {
    "front": front,
    "garden": garden,
    "terrace": terrace,
    "kitchen": kitchen,
    "living-room": living_room,
    "bedroom": bedroom,
    "bathroom": bathroom,
    "hallway": hallway,
}
