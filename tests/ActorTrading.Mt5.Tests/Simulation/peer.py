"""An independent libzmq peer: speaks the terminal's protocol with python3-zmq and prints what it saw, a line each."""
import json
import sys

import zmq

request_port, answer_port, stream_port, event_port = map(int, sys.argv[1:5])
context = zmq.Context()


def connect(kind, port):
    socket = context.socket(kind)
    socket.setsockopt(zmq.RCVTIMEO, 20000)
    socket.setsockopt(zmq.LINGER, 0)
    socket.connect(f"tcp://127.0.0.1:{port}")
    return socket


answers, stream, events = (connect(zmq.PULL, port) for port in (answer_port, stream_port, event_port))
requests = connect(zmq.REQ, request_port)


def ask(**request):
    requests.send_string(json.dumps(request))
    acknowledged = requests.recv()
    assert acknowledged == b"OK", acknowledged
    raw = answers.recv()
    return json.loads(raw) if raw else None


def malformed():
    requests.send(b"{not json")
    assert requests.recv() == b"OK"
    return [json.loads(answers.recv())["lastError"] for _ in range(2)]


print("reset", ask(action="RESET")["error"])
print("config", ask(action="CONFIG", symbol="EURUSD", chartTF="TICK")["description"])
print("ready", flush=True)
tick = json.loads(stream.recv())
print("tick", tick["status"], tick["symbol"], len(tick["data"]))
print("malformed", *malformed())
trade = ask(action="TRADE", actionType="ORDER_TYPE_BUY", symbol="EURUSD", volume=0.1, stoploss=1.0, takeprofit=2.0, comment="python:1")
print("trade", trade["error"], trade["retcode"], trade["desription"], trade["volume"])
event = json.loads(events.recv())
print("event", event["request"]["comment"], event["result"]["retcode"], event["result"]["deal"] == event["result"]["order"] == trade["order"])
positions = ask(action="POSITIONS")["positions"]
print("positions", [(p["symbol"], p["type"], p["volume"]) for p in positions])
closed = ask(action="TRADE", actionType="POSITION_CLOSE_ID", id=positions[0]["id"], comment="python:2")
print("closed", closed["retcode"])
print("none", ask(action="POSITIONS"))
print("deals", [d["type"] for d in ask(action="HISTORY", actionType="TRADES")["trades"]])
account = ask(action="ACCOUNT")
print("account", account["currency"], account["trading_allowed"], account["margin"])
