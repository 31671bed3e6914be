"""Who must have been told, who may have been, and whether that is what the database says.

It knows the rule (`haloop.matching.rule.fits`) and the history of what was asked and answered; nothing of how posts are
told. It judges at rest: nobody is in the middle of anything and the outbox is empty, so that the last state of every
post has been told to the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from chaos.history import History, Post, PostState, Wish, WishState, moment
from chaos.stored import Stored
from haloop.engines.media.photo import file_names
from haloop.matching.facts import Day, FilterFacts, PostFacts
from haloop.matching.rule import fits

NEVER = float("inf")


@dataclass(slots=True)
class Judgement:
    """What does not hold, and how much was looked at."""

    wrong: list[str] = field(default_factory=list)
    must: int = 0  # (helper, post) that had to be told
    either: int = 0  # that might have been told or not, as the contract allows in races
    told: int = 0


@dataclass(frozen=True, slots=True)
class Stretch:
    """A state of a post in this round, and the longest time in which it can have been told."""

    state: PostState
    facts: PostFacts
    begin: float
    end: float
    days: tuple[Day, Day]  # the earliest and the latest that the platform may have had meanwhile
    olds: tuple[PostState, ...]  # with which the post may have been told to the end before, in this opening
    old: PostFacts | None  # with which it was told to the end at the last rest, in this opening


class Oracle:
    def __init__(self, history: History, media: Path) -> None:
        self._history = history
        self._media = media
        self._rested = moment()
        self._judged: dict[UUID, int] = {}  # post → states that an earlier rest has seen
        self._told: dict[UUID, set[UUID]] = {}  # post → helpers, at the last rest

    def judge(self, stored: Stored) -> Judgement:
        """Call at rest, with what is stored then."""
        now, judgement = moment(), Judgement()
        for post in self._history.posts.values():
            self._judge_post(post, stored, now, judgement)
        self._judge_answers(stored, judgement)
        self._rested = now
        return judgement

    def _judge_post(self, post: Post, stored: Stored, now: float, judgement: Judgement) -> None:
        """Exactly those who were told before, who must be told now, and some of those who may be."""
        found = stored.notifications.get(post.id, [])
        told, before = set(found), self._told.get(post.id, set())
        judgement.told += len(told) - len(before)
        doubled = [helper for helper, count in Counter(found).items() if count > 1]
        must, may = set[UUID](), set[UUID]()
        stretches = list(self._stretches(post, now))
        if stretches:
            must, may = self._verdicts(post, stretches)
        judgement.must += len(must - before)
        judgement.either += len(may - must - before)
        wrong = {"doubled": doubled, "lost": (before | must) - told, "told without reason": told - before - may}
        judgement.wrong += [
            f"{what}: {len(who)} of post {post.id} ({next(iter(who))})" for what, who in wrong.items() if who
        ]
        if post.status != "deleted" and stored.told.get(post.id, set()) != told:
            judgement.wrong.append(f"told rows and notifications of post {post.id} differ")
        self._told[post.id] = told
        self._judged[post.id] = len(post.states)

    def _stretches(self, post: Post, now: float) -> Iterator[Stretch]:
        """The open states since the last rest."""
        first = self._judged.get(post.id, 0)
        for index in range(first, len(post.states)):
            state = post.states[index]
            if state.facts is None:
                continue
            end = post.states[index + 1].since.answered if index + 1 < len(post.states) else now
            at_rest = post.states[first - 1] if first > 0 else None
            same = at_rest is not None and at_rest.facts is not None and at_rest.opening == state.opening
            yield Stretch(
                state, state.facts, state.since.asked, end, self._history.days.between(state.since.asked, end),
                tuple(s for s in post.states[first:index] if s.facts is not None and s.opening == state.opening),
                at_rest.facts if same and at_rest is not None else None,
            )  # fmt: skip

    def _verdicts(self, post: Post, stretches: Sequence[Stretch]) -> tuple[set[UUID], set[UUID]]:
        must, may = set[UUID](), set[UUID]()
        last = stretches[-1] if stretches[-1].state is post.states[-1] else None
        for helper, wishes in self._history.wishes_of.items():
            if helper == post.owner:
                continue
            if any(_may_be_told(stretch, wish) for stretch in stretches for wish in wishes):
                may.add(helper)
                if last is not None and any(_must_be_told(last, wish) for wish in wishes):
                    must.add(helper)
        return must, may

    def _judge_answers(self, stored: Stored, judgement: Judgement) -> None:
        """The effect of every answered change is there."""
        for post in self._history.posts.values():
            row = stored.posts.get(post.id)
            status = "deleted" if row is None else row.status
            if status != post.status:
                judgement.wrong.append(f"post {post.id} is {status}, answered was {post.status}")
            elif row is not None and row.facts is not None and row.facts != post.states[-1].facts:
                judgement.wrong.append(f"post {post.id} has other facts than answered")
            if row is not None and row.told != len(stored.told.get(post.id, ())):
                judgement.wrong.append(f"post {post.id} counts {row.told} told")
        for wish in self._history.wishes.values():
            kept = stored.wishes.get(wish.id)
            if (kept is None) != (wish.status == "deleted") or (kept and kept != (wish.status, wish.filter)):
                judgement.wrong.append(f"subscription {wish.id} is {kept}, answered was {wish.status} {wish.filter}")
        if unread := self._history.read & stored.unread:
            judgement.wrong.append(f"{len(unread)} notifications are unread again")
        if stored.integrity != "ok":
            judgement.wrong.append(f"the database is damaged: {stored.integrity}")
        self._judge_photos(stored, judgement)
        self._judge_doubles(stored, judgement)

    def _judge_doubles(self, stored: Stored, judgement: Judgement) -> None:
        """Nothing is there that nobody was answered: a request that was sent again has one effect."""
        shown = {id_ for id_, post in stored.posts.items() if post.status != "draft"}
        extras = {"subscriptions": set(stored.wishes) - set(self._history.wishes),
                  "posts": shown - set(self._history.posts)}  # fmt: skip
        judgement.wrong += [f"{len(ids)} {what} that were never answered" for what, ids in extras.items() if ids]

    def _judge_photos(self, stored: Stored, judgement: Judgement) -> None:
        for photo in self._history.photos:
            key = stored.photos.get(photo)
            if key is None:
                judgement.wrong.append(f"photo {photo} is gone")
            elif any(
                not (self._media / name[:2] / name).exists()
                for name in file_names(key)
                if name not in self._history.missing_files
            ):
                judgement.wrong.append(f"photo {photo} has lost a file")


def _states(wish: Wish) -> Iterator[tuple[WishState, FilterFacts, float]]:
    """The states that asked for something, and until when each may have held."""
    for index, state in enumerate(wish.states):
        if state.wanted is not None:
            yield state, state.wanted, wish.states[index + 1].since.answered if index + 1 < len(wish.states) else NEVER


def _may_be_told(stretch: Stretch, wish: Wish) -> bool:
    earliest, latest = stretch.days
    for state, wanted, until in _states(wish):
        if state.since.asked > stretch.end or until < stretch.begin or not fits(stretch.facts, wanted, earliest):
            continue
        known = [facts for facts in (stretch.old, *(old.facts for old in stretch.olds)) if facts is not None]
        if stretch.old is None or any(not fits(old, wanted, latest) for old in known):
            return True
    return False


def _must_be_told(last: Stretch, wish: Wish) -> bool:
    """One that held since before the post's last state was asked for, and was never changed since."""
    state, (earliest, latest) = wish.states[-1], last.days
    if state.wanted is None or state.since.answered > last.begin or not fits(last.facts, state.wanted, latest):
        return False
    if last.old is not None and fits(last.old, state.wanted, earliest):
        return False
    # What the post was in between may have been told to the end: then whoever it fitted was told, if he asked by then.
    return all(
        state.since.answered <= old.since.asked or old.facts is None or not fits(old.facts, state.wanted, earliest)
        for old in last.olds
    )
