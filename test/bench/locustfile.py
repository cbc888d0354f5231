"""The closed loop of the benchmark as a Locust user: websocket-client and events.request.fire, as the guides have it."""
import json
import time

from locust import User, constant, events, task
from websocket import create_connection


class NavigationUser(User):
    wait_time = constant(0)
    started = 0

    def on_start(self):
        NavigationUser.started += 1
        self.seq = 0
        self.socket = create_connection(f"{self.host}/api/v1/ws/{NavigationUser.started}?token=x", timeout=30)

    @task
    def location_update(self):
        self.seq += 1
        sent_at = time.perf_counter()
        length, problem = 0, None
        try:
            self.socket.send(
                json.dumps(
                    {
                        "type": "location_update",
                        "latitude": 30.04442 + self.seq * 1e-6,
                        "longitude": 31.235712,
                        "speed": 42.5,
                        "seq": self.seq,
                        "timestamp": int(time.time() * 1000),
                    }
                )
            )
            reply = self.socket.recv()
            length = len(reply)
            if json.loads(reply).get("type") != "navigation_update":
                raise ValueError("another type")
        except Exception as error:  # whatever it is, Locust counts it as a failure
            problem = error
        events.request.fire(
            request_type="WS",
            name="location_update",
            response_time=(time.perf_counter() - sent_at) * 1000,
            response_length=length,
            exception=problem,
            context={},
        )

    def on_stop(self):
        self.socket.close()
