"""Draws every print of the demo into the package, in three sizes, from one table.

    python tools/draw_prints.py [NAME ...]      all prints, or only those named

A print is called `<place>-<light>-<seed>`; the two posters of the home page carry no seed. The same table and the same
Pillow give the same files.
"""

import sys
from pathlib import Path

from PIL import Image

from draw_scenes import draw  # type: ignore[import-not-found]  # the script beside this one

FOLDER = Path(__file__).parents[1] / "src" / "haloop" / "demo" / "prints"

# Longest side in pixels → WebP quality; all files together stay under 8 MB.
QUALITY = {1200: 62, 960: 60, 480: 62}

# Name of the place in the prints → its scene → its lights, each as often as it is drawn (seeds 1, 2, …).
PLACES = {
    "surf-coast": ("surf_coast", "dawn dawn day day golden golden dusk night mist"),
    "rice-terraces": ("rice_terraces", "dawn day golden dusk night mist"),
    "tea-hills": ("tea_hills", "dawn day golden dusk mist mist"),
    "mountains": ("misty_mountains", "dawn day golden dusk night mist"),
    "farmhouse": ("farmhouse", "dawn day golden dusk night mist"),
    "hostel-room": ("hostel_room", "dawn day golden mist"),
    "cafe": ("cafe", "dawn day golden mist"),
    "kitchen-garden": ("kitchen_garden", "dawn day golden dusk mist"),
    "night-market": ("night_market", "dusk dusk night night"),
    "temple-street": ("temple_street", "dawn day golden dusk night mist"),
    "harbour": ("harbour", "dawn day day golden dusk night mist"),
    "campsite": ("campsite", "dawn golden dusk night night"),
    "valley-train": ("valley_train", "dawn day day golden dusk mist"),
    "reef": ("reef", "dawn day day golden mist"),
    "old-street": ("old_street", "dawn day golden dusk night mist"),
    "gorge": ("gorge", "dawn day golden dusk mist"),
    "orchard": ("orchard", "dawn day golden dusk mist"),
    "basalt-island": ("basalt_island", "dawn day golden dusk night mist"),
    "breakfast": ("breakfast", "dawn day golden mist"),
    "mural": ("mural", "dawn day golden mist"),
    "rooftop": ("rooftop", "dawn day golden dusk night"),
    "lake": ("lake", "dawn day golden dusk night mist"),
}

Print = tuple[str, str, int]  # scene, light, seed


def table() -> dict[str, Print]:
    """Every print by name."""
    prints: dict[str, Print] = {
        "poster-dawn": ("poster_sunrise", "dawn", 4),
        "poster-night": ("poster_night", "night", 2),
    }
    for place, (scene, lights) in PLACES.items():
        seen: dict[str, int] = {}
        for light in lights.split():
            seed = seen[light] = seen.get(light, 0) + 1
            prints[f"{place}-{light}-{seed}"] = (scene, light, seed)
    return prints


def save(image: Image.Image, name: str) -> int:
    """Writes one print in every size; answers the bytes written."""
    written = 0
    for side, quality in QUALITY.items():
        scale = side / max(image.size)
        size = (round(image.width * scale), round(image.height * scale))
        path = FOLDER / f"{name}-{side}.webp"
        image.resize(size, Image.Resampling.LANCZOS).save(path, "WEBP", quality=quality, method=6)
        written += path.stat().st_size
    return written


def main(wanted: set[str]) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    prints = {name: what for name, what in table().items() if not wanted or name in wanted}
    total = sum(save(draw(*what), name) for name, what in prints.items())
    print(f"{len(prints)} prints, {total / 1_000_000:.2f} MB")


if __name__ == "__main__":
    main(set(sys.argv[1:]))
