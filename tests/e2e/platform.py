"""The platform under test, filled through its API as programs do."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import httpx2
from playwright.sync_api import BrowserContext

from tests.world import a_picture

PASSWORD = "correct horse battery"
Json = dict[str, Any]  # Any: an API's answer

_numbers = count(1)


def day(offset: int) -> str:
    """So many days from today, as the platform counts them."""
    return (datetime.now(UTC) + timedelta(hours=8, days=offset)).date().isoformat()


@dataclass
class Platform:
    address: str
    _tokens: dict[str, str] = field(default_factory=dict)

    def register(self, name: str, *, helper: bool = False, host: str | None = None, region: str = "TW-TTT") -> str:
        """A new account; answers its e-mail."""
        email = f"person{next(_numbers)}@example.org"
        body: Json = {"email": email, "password": PASSWORD, "name": name}
        if helper:
            body["helper"] = {"bio": "I like early mornings."}
        if host:
            body["host"] = {"name": host, "address": "1 Hidden Road", "locality": "Dulan", "region": region,
                            "description": "Sixteen beds by the sea."}  # fmt: skip
        response = httpx2.post(f"{self.address}/api/auth/register", json=body)
        assert response.status_code == 201, response.text
        self._tokens[email] = response.cookies["haloop_session"]
        return email

    def call(self, email: str, method: str, path: str, body: object = None, files: Any = None) -> Json:
        headers = {"Authorization": f"Bearer {self._tokens[email]}"}
        response = httpx2.request(method, f"{self.address}{path}", json=body, files=files, headers=headers)
        assert response.status_code < 300, response.text
        answer: Json = response.json() if response.content else {}
        return answer

    def speak(self, email: str, language: str) -> None:
        """Sets the account's language."""
        self.call(email, "PATCH", "/api/account", {"locale": language})

    def publish(self, email: str, title: str, **fields: object) -> Json:
        colours = ("teal", "orange", "seagreen")
        photos = [
            self.call(email, "POST", "/api/photos", files={"file": ("a.jpg", a_picture((640, 426), color=colour))})[
                "id"
            ]
            for colour in colours
        ]
        body = {
            "title": title,
            "description": "The work runs from eight to noon.\n\nAfter noon the day is yours.",
            "benefits": "Surf lessons twice a week.",
            "starts_on": day(20),
            "ends_on": day(100),
            "places": 2,
            "hours_per_day": 4,
            "days_per_week": 5,
            "min_stay_days": 14,
            "job_types": ["reception"],
            "accommodations": ["bunk-bed"],
            "amenities": ["wifi"],
            "meals": ["breakfast", "lunch"],
            "experiences": ["surfing"],
            "environments": ["first-timers-welcome"],
            "requirements": ["accepts-animals"],
            "photos": photos,
            "status": "published",
            **fields,
        }
        return self.call(email, "POST", "/api/posts", body)

    def sign_in(self, context: BrowserContext, email: str) -> None:
        """Gives a window the session cookie, as the sign-in page would."""
        response = context.request.post(
            f"{self.address}/api/auth/login",
            data=json.dumps({"email": email, "password": PASSWORD}),
            headers={"Content-Type": "application/json", "Origin": self.address},
        )
        assert response.ok, response.text()
