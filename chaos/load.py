"""The load: hosts and helpers who do what people do, one thing after the other, and note what was answered."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Awaitable, Callable
from datetime import date
from random import Random
from uuid import UUID, uuid4

from PIL import Image

from chaos.client import Answer, Client
from chaos.history import History, Post, Wish, WishState
from chaos.people import Host, People, Person
from chaos.wishes import a_filter, post_edit, post_fields
from haloop.matching.facts import FilterFacts, PostFacts, post_facts
from haloop.matching.filter import Filter

OPEN_MOST = 12  # posts of a host in this load; the platform allows 20
PUBLISHED_MOST = 400  # of all; a helper keeps 500 notifications
FACT_NAMES = ("title", "description", "benefits", "places", "hours_per_day", "job_types", "accommodations",
              "amenities", "meals", "experiences", "environments", "requirements")  # fmt: skip


class Load:
    """`let_go` starts everyone; `hold` stops them and returns when nobody is in the middle of anything."""

    def __init__(self, client: Client, history: History, people: People, rng: Random) -> None:
        self.client = client
        self.history = history
        self.done = 0  # answered deeds
        self._going = asyncio.Event()
        self._idle: list[asyncio.Event] = []
        self._tasks: list[asyncio.Task[None]] = []
        busy = [HostsDeeds(self, host, Random(rng.random())) for host in people.hosts]
        eager = rng.sample(people.helpers, min(12, len(people.helpers)))
        self._deeds: list[Callable[[], Awaitable[None]]] = [deeds.some for deeds in busy]
        self._deeds += [HelpersDeeds(self, helper, Random(rng.random())).some for helper in eager]
        self._deeds.append(Reads(self, people, Random(rng.random())).some)
        self._hosts = busy

    async def prepare(self) -> None:
        """Every host uploads its photos and keeps them in a draft."""
        await asyncio.gather(*(deeds.keep_photos() for deeds in self._hosts))
        for deed in self._deeds:
            idle = asyncio.Event()
            self._idle.append(idle)
            self._tasks.append(asyncio.create_task(self._live(deed, idle)))

    def let_go(self) -> None:
        for idle in self._idle:
            idle.clear()
        self._going.set()

    async def hold(self) -> None:
        self._going.clear()
        await asyncio.gather(*(idle.wait() for idle in self._idle))
        for task in self._tasks:
            if task.done():
                task.result()

    async def end(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def ask(
        self, person: Person, method: str, path: str, headers: dict[str, str] | None = None, **how: object
    ) -> Answer:
        """As this person; an answer that none of these deeds should get is noted as wrong."""
        answer = await self.client.ask(method, path, {**person.headers, **(headers or {})}, **how)
        gone_already = method == "DELETE" and answer.status == 404 and answer.repeated
        if not answer.good and not gone_already:
            self.client.notes.wrong.append(f"{answer.status}: {method} {path}: {answer.body}")
        return answer

    async def _live(self, deed: Callable[[], Awaitable[None]], idle: asyncio.Event) -> None:
        try:
            while True:
                if not self._going.is_set():
                    idle.set()
                    await self._going.wait()
                await deed()
                self.done += 1
        finally:
            idle.set()


class HostsDeeds:
    """What one host does: publish, edit, close, reopen, delete, take another name."""

    def __init__(self, load: Load, host: Host, rng: Random) -> None:
        self._load, self._host, self._rng = load, host, rng
        self._posts: list[Post] = []

    async def some(self) -> None:
        published = [post for post in self._posts if post.status == "published"]
        closed = [post for post in self._posts if post.status == "closed"]
        chances: list[tuple[int, Callable[[], Awaitable[object]]]] = [(1, self._upload)]
        if len(published) < OPEN_MOST and len(self._load.history.posts) < PUBLISHED_MOST:
            chances.append((4, self._publish))
        if published:
            post = self._rng.choice(published)
            chances += [(4, lambda: self._edit(post)), (2, lambda: self._close(post)), (1, self._rename)]
        if closed:
            shut = self._rng.choice(closed)
            chances += [(2, lambda: self._reopen(shut)), (1, lambda: self._delete(shut))]
        (deed,) = self._rng.choices([deed for _, deed in chances], [weight for weight, _ in chances])
        await deed()
        await asyncio.sleep(self._rng.uniform(0.05, 1.0))  # people are not machines

    async def keep_photos(self) -> None:
        self._host.photos = [await self._upload() for _ in range(3)]
        await self._ask("POST", "/api/posts", json={"title": "Keeps the photos", "photos": self._host.photos})

    async def _upload(self) -> str:
        out = io.BytesIO()
        Image.effect_noise((320, 240), self._rng.randint(10, 90)).save(out, "JPEG")
        answer = await self._ask("POST", "/api/photos", files={"file": ("a.jpg", out.getvalue(), "image/jpeg")})
        if answer.good:
            self._load.history.photos[UUID(answer.body["id"])] = answer.body["url"]
            return str(answer.body["id"])
        return ""

    async def _publish(self) -> None:
        fields = post_fields(self._rng, self._load.history.days.today())
        body = {**fields, "photos": self._host.photos, "status": "published"}
        headers = {"Idempotency-Key": str(uuid4())}
        answer = await self._ask("POST", "/api/posts", headers, json=body)
        if answer.good:
            post = Post(UUID(answer.body["id"]), self._host.account_id, fields, "published")
            post.became(answer.since, self._facts(post), opened=True)
            self._posts.append(post)
            self._load.history.posts[post.id] = post

    async def _edit(self, post: Post) -> None:
        edit = post_edit(self._rng)
        answer = await self._ask("PATCH", f"/api/posts/{post.id}", json=edit)
        if answer.good:
            post.fields |= edit
            post.became(answer.since, self._facts(post))

    async def _close(self, post: Post) -> None:
        answer = await self._ask("POST", f"/api/posts/{post.id}/close")
        if answer.good:
            post.status = "closed"
            post.became(answer.since, None)

    async def _reopen(self, post: Post) -> None:
        answer = await self._ask("POST", f"/api/posts/{post.id}/publish")
        if answer.good:
            post.status = "published"
            post.became(answer.since, self._facts(post), opened=True)

    async def _delete(self, post: Post) -> None:
        answer = await self._ask("DELETE", f"/api/posts/{post.id}")
        if answer.good or (answer.status == 404 and answer.repeated):
            post.status = "deleted"
            post.became(answer.since, None)
            self._posts.remove(post)

    async def _rename(self) -> None:
        """An edit of each of its published posts."""
        name = f"{self._rng.choice(('Goat', 'Tide', 'Linen'))} House {self._rng.randint(1, 99)}"
        body = {"name": name, "address": "1 Shore Road", "region": self._host.region, "locality": "Dulan",
                "point": {"latitude": self._host.latitude / 1e5, "longitude": self._host.longitude / 1e5}}  # fmt: skip
        answer = await self._ask("PUT", "/api/account/host", json=body)
        if answer.good:
            self._host.name = name
            for post in self._posts:
                if post.status == "published":
                    post.became(answer.since, self._facts(post))

    async def _ask(self, method: str, path: str, headers: dict[str, str] | None = None, **how: object) -> Answer:
        return await self._load.ask(self._host, method, path, headers, **how)

    def _facts(self, post: Post) -> PostFacts:
        return facts_of_fields(post, self._host)


def facts_of_fields(post: Post, host: Host) -> PostFacts:
    """The facts that this post must have, made from what was sent and answered."""
    given = {name: post.fields[name] for name in FACT_NAMES}
    return post_facts(
        post_id=post.id, host_id=host.id, owner_id=host.account_id, region=host.region,
        latitude=host.latitude, longitude=host.longitude, host_name=host.name, locality="Dulan",
        starts_on=date.fromisoformat(str(post.fields["starts_on"])),
        ends_on=date.fromisoformat(str(post.fields["ends_on"])),
        min_stay_days=int(str(post.fields["min_stay_days"])),
        **given,  # type: ignore[arg-type]  # JSON
    )  # fmt: skip


class HelpersDeeds:
    """What one helper does: subscribe, edit, pause, resume, delete, read what it was told."""

    def __init__(self, load: Load, helper: Person, rng: Random) -> None:
        self._load, self._helper, self._rng = load, helper, rng

    async def some(self) -> None:
        wishes = [w for w in self._load.history.wishes_of.get(self._helper.account_id, []) if w.status != "deleted"]
        deeds: list[Callable[[], Awaitable[None]]] = [self._read]
        if len(wishes) < 15:
            deeds.append(self._subscribe)
        if wishes:
            wish = self._rng.choice(wishes)
            deeds += [lambda: self._edit(wish), lambda: self._turn(wish), lambda: self._delete(wish)]
        await self._rng.choice(deeds)()
        await asyncio.sleep(self._rng.uniform(0.05, 1.0))

    async def _subscribe(self) -> None:
        wanted = a_filter(self._rng, self._load.history.days.today())
        headers = {"Idempotency-Key": str(uuid4())}
        answer = await self._ask("POST", "/api/subscriptions", headers, json={"name": "Wish", "filter": wanted})
        if answer.good:
            filter_ = Filter.model_validate(wanted)
            wish = Wish(UUID(answer.body["id"]), self._helper.account_id, filter_.to_json())
            wish.states.append(WishState(answer.since, FilterFacts.of(filter_)))
            self._load.history.add_wish(wish)

    async def _edit(self, wish: Wish) -> None:
        wanted = a_filter(self._rng, self._load.history.days.today())
        answer = await self._ask("PATCH", f"/api/subscriptions/{wish.id}", json={"filter": wanted})
        if answer.good:
            filter_ = Filter.model_validate(wanted)
            wish.filter = filter_.to_json()
            if wish.status == "active":
                wish.states.append(WishState(answer.since, FilterFacts.of(filter_)))

    async def _turn(self, wish: Wish) -> None:
        """Pauses an active one, resumes a paused one."""
        status = "paused" if wish.status == "active" else "active"
        answer = await self._ask("PATCH", f"/api/subscriptions/{wish.id}", json={"status": status})
        if answer.good:
            wish.status = status
            wanted = FilterFacts.of(Filter.model_validate(wish.filter)) if status == "active" else None
            wish.states.append(WishState(answer.since, wanted))

    async def _delete(self, wish: Wish) -> None:
        answer = await self._ask("DELETE", f"/api/subscriptions/{wish.id}")
        if answer.good or (answer.status == 404 and answer.repeated):
            wish.status = "deleted"
            wish.states.append(WishState(answer.since, None))

    async def _read(self) -> None:
        answer = await self._ask("GET", "/api/notifications?limit=5")
        ids = [item["id"] for item in answer.body["items"]]
        if ids and (await self._ask("POST", "/api/notifications/read", json={"ids": ids})).good:
            self._load.history.read.update(map(UUID, ids))

    async def _ask(self, method: str, path: str, headers: dict[str, str] | None = None, **how: object) -> Answer:
        return await self._load.ask(self._helper, method, path, headers, **how)


class Reads:
    """Somebody who looks around: searches, posts, pages."""

    def __init__(self, load: Load, people: People, rng: Random) -> None:
        self._load, self._people, self._rng = load, people, rng

    async def some(self) -> None:
        helper = self._rng.choice(self._people.helpers)
        paths = ["/", "/posts?meals=breakfast", "/api/posts?job_types=reception", "/api/subscriptions", "/healthz"]
        open_posts = [post for post in self._load.history.posts.values() if post.status == "published"]
        if open_posts:
            paths += [f"/posts/{self._rng.choice(open_posts).id}"] * 2
        paths += self._rng.sample(sorted(self._load.history.photos.values()), 1) + self._load.history.spoiled
        path = self._rng.choice(paths)
        missing = self._is_missing(path)
        answer = await self._load.client.ask("GET", path, helper.headers)
        allowed = {404} if missing else {200, 404} if path.startswith("/posts/") or self._is_missing(path) else {200}
        if answer.status not in allowed:
            self._load.client.notes.wrong.append(f"{answer.status}: GET {path}")
        await asyncio.sleep(0.05)

    def _is_missing(self, path: str) -> bool:
        return path.rpartition("/")[2] in self._load.history.missing_files
