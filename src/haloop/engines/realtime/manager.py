"""How an event reaches the sockets of a room: encoded once, and put into each socket's queue.

python-socketio starts a task for each recipient and waits for all of them, which costs more than everything else about
telling a thousand helpers (docs/performance.md)."""

from __future__ import annotations

from typing import Any

import socketio
from engineio import packet as engine_packet
from socketio import packet

# A client that takes nothing for so many packets is let go; it catches up when it comes back.
QUEUE_MOST = 1000


class QueueManager(socketio.AsyncManager):  # type: ignore[misc]  # python-socketio has no types
    """Rooms of one process. Touches `server.eio.sockets[…].queue`, which is python-engineio's own: its version is
    pinned, and tests/realtime speaks to a real server."""

    async def emit(
        self,
        event: str,
        data: Any,  # Any: JSON
        namespace: str,
        room: Any = None,  # Any: python-socketio's, as all below
        skip_sid: Any = None,
        callback: Any = None,
        to: Any = None,
        **kwargs: Any,
    ) -> None:
        if callback is not None or skip_sid is not None:
            await super().emit(event, data, namespace, room, skip_sid, callback, to, **kwargs)
            return
        encoded = self.server.packet_class(packet.EVENT, namespace=namespace, data=[event, data]).encode()
        whole = engine_packet.Packet(engine_packet.MESSAGE, encoded)
        sockets = self.server.eio.sockets
        for _, engine_id in self.get_participants(namespace, to or room):
            found = sockets.get(engine_id)
            if found is None or found.closed:
                continue
            if found.queue.qsize() >= QUEUE_MOST:
                self.server.start_background_task(close_now, found)
                continue
            found.queue.put_nowait(whole)


async def close_now(engine_socket: Any) -> None:  # Any: python-engineio's socket, or None
    """Closes a connection without waiting for its client."""
    if engine_socket is not None:
        await engine_socket.close(wait=False, abort=True)
        engine_socket.queue.put_nowait(None)  # ends the task that writes to it
