"""A headless Chromium, driven through chromedriver (W3C WebDriver) with nothing but Python's standard library."""

import base64
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
import urllib.error
import urllib.request


class Browser:
    """One window. Use it in a `with` block, which ends the browser, its driver and all their files."""

    def __init__(self):
        driver, browser = shutil.which("chromedriver"), shutil.which("chromium")
        if not driver or not browser:
            raise SystemExit("error: found no chromium with its driver; on Debian: apt-get install chromium chromium-driver")
        self.folder = tempfile.mkdtemp(prefix="run-hyper-browser-")
        with open(f"{self.folder}/log", "w") as log:
            names = ("TMPDIR", "HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME")
            self.process = subprocess.Popen(
                [driver, "--port=0"], stdout=log, stderr=log, start_new_session=True,
                env={**os.environ, **dict.fromkeys(names, self.folder)})
        try:
            self.address = f"http://127.0.0.1:{self.port()}"
            options = {"binary": browser, "args": [
                "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--force-device-scale-factor=1",
                "--hide-scrollbars", "--lang=en-US"]}
            capabilities = {
                "browserName": "chrome", "goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"},
                "timeouts": {"script": 600_000, "pageLoad": 600_000}}
            session = self.send("POST", "/session", {"capabilities": {"alwaysMatch": capabilities}})
            self.address += f"/session/{session['sessionId']}"
            self.version = session["capabilities"]["browserVersion"]
        except BaseException:
            self.close()
            raise

    def port(self):
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and self.process.poll() is None:
            with open(f"{self.folder}/log") as log:
                found = re.search(r"started successfully on port (\d+)", log.read())
            if found:
                return int(found[1])
            time.sleep(0.05)
        raise SystemExit("error: chromedriver did not start")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        for signal_ in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(self.process.pid, signal_)
            except ProcessLookupError:
                break
            time.sleep(0.3)
        self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def send(self, method, path, body=None):
        data = json.dumps(body or {}).encode() if method == "POST" else None
        request = urllib.request.Request(self.address + path, data, {"Content-Type": "application/json"}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=900) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            value = json.load(error)["value"]
            raise RuntimeError(f"{method} {path}: {value['error']}: {value['message']}") from None

    def command(self, name, **parameters):
        """A command of Chrome's own protocol."""
        return self.send("POST", "/goog/cdp/execute", {"cmd": name, "params": parameters})

    def open(self, address):
        self.send("POST", "/url", {"url": address})

    def resize(self, width, height):
        self.command("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)

    def scheme(self, name):
        self.command("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": name}])

    def value(self, script, *arguments):
        return self.send("POST", "/execute/sync", {"script": script, "args": arguments})

    def later(self, script, *arguments):
        """What a script hands to the function that is the last of its `arguments`."""
        return self.send("POST", "/execute/async", {"script": script, "args": arguments})

    def wait(self, what, script, *arguments, seconds=300):
        deadline = time.monotonic() + seconds
        while not self.value(script, *arguments):
            if time.monotonic() > deadline:
                raise SystemExit(f"error: the page never got there: {what}")
            time.sleep(0.05)

    def move(self, x, y):
        self.pointer({"type": "pointerMove", "duration": 0, "origin": "viewport", "x": int(x), "y": int(y)})

    def pointer(self, *actions):
        source = {"type": "pointer", "id": "mouse", "parameters": {"pointerType": "mouse"}, "actions": list(actions)}
        self.send("POST", "/actions", {"actions": [source]})

    def screenshot(self):
        """A PNG of what is seen."""
        return base64.b64decode(self.send("GET", "/screenshot"))

    def errors(self):
        """Errors and warnings of the console since the last call."""
        messages = self.send("POST", "/se/log", {"type": "browser"})
        return [message["message"] for message in messages if message["level"] in ("SEVERE", "WARNING")]
