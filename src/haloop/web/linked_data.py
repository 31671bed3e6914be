"""A post as schema.org's JSON-LD: what search engines may show of it."""

from __future__ import annotations

from haloop.core.translations import Translator
from haloop.posts.schemas import Post

Json = dict[str, object]


def linked_data(post: Post, origin: str, texts: Translator) -> Json:
    """An Offer of a stay in exchange for help; only what everyone may see (the public point, no address)."""
    found: Json = {
        "@context": "https://schema.org",
        "@type": "Offer",
        "@id": f"{origin}/posts/{post.id}",
        "url": f"{origin}/posts/{post.id}",
        "name": post.title,
        "description": post.description or post.title,
        "image": [_absolute(photo.url, origin) for photo in post.photos],
        "offeredBy": {
            "@type": "LodgingBusiness",
            "name": post.host.name,
            "url": f"{origin}/hosts/{post.host.id}",
            "address": {
                "@type": "PostalAddress",
                "addressLocality": post.host.locality or "",
                "addressRegion": texts.region(post.region),
                "addressCountry": "TW",
            },
            "geo": {
                "@type": "GeoCoordinates",
                "latitude": post.location.latitude,
                "longitude": post.location.longitude,
            },
        },
        "availability": "https://schema.org/InStock" if post.open else "https://schema.org/SoldOut",
    }
    if post.starts_on and post.ends_on:
        found |= {"validFrom": post.starts_on.isoformat(), "validThrough": post.ends_on.isoformat()}
    return found


def _absolute(address: str, origin: str) -> str:
    return address if "://" in address else origin + address
