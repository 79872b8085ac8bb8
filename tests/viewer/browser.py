"""Headless Chromium, driven through its remote debugging pipe: pages are opened as a person opens them, under their own policy, with
real clicks and keys. Standard library only."""

import base64
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import time

SKIPPED = 77
NAMES = ("chromium", "chromium-browser", "google-chrome", "chromium-headless-shell")
KEY_CODES = {"PageUp": 33, "PageDown": 34, "ArrowLeft": 37, "ArrowUp": 38, "ArrowRight": 39, "ArrowDown": 40, "Escape": 27}


def find_browser():
    return next((name for name in NAMES if shutil.which(name)), None)


class Browser:
    """One browser with one page. `faults` has what the page's console said."""

    def __init__(self, width=1400, height=900, downloads=None):
        self.profile = tempfile.TemporaryDirectory(prefix="flowrun-browser-", ignore_cleanup_errors=True)
        to_read, self.to = os.pipe()
        self.back, to_write = os.pipe()
        root = ["--no-sandbox"] if os.geteuid() == 0 else []
        words = [find_browser(), "--headless=new", "--disable-gpu", "--no-first-run", "--remote-debugging-pipe", "--hide-scrollbars",
                 *root, f"--user-data-dir={self.profile.name}", f"--window-size={width},{height}"]

        def place_pipes():
            first, second = os.dup(to_read), os.dup(to_write)
            os.dup2(first, 3)
            os.dup2(second, 4)
            os.set_inheritable(3, True)
            os.set_inheritable(4, True)

        self.process = subprocess.Popen(words, preexec_fn=place_pipes, close_fds=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(to_read)
        os.close(to_write)
        self.number, self.rest, self.faults, self.session = 0, b"", [], None
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log"):
            self.ask(domain + ".enable")
        self.ask("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        if downloads:
            self.ask("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(downloads))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:  # its own end first: a killed browser's children write into the profile for a while
            self.ask("Browser.close")
            self.process.wait(timeout=20)
        except (RuntimeError, OSError, subprocess.TimeoutExpired):
            self.process.kill()
            self.process.wait()
        os.close(self.to)
        os.close(self.back)
        self.profile.cleanup()

    def message(self):
        while b"\0" not in self.rest:
            more = os.read(self.back, 1 << 20)
            if not more:
                raise RuntimeError("the browser has ended")
            self.rest += more
        one, self.rest = self.rest.split(b"\0", 1)
        return json.loads(one)

    def ask(self, method, **params):
        self.number += 1
        words = {"id": self.number, "method": method, "params": params}
        if self.session and not method.startswith(("Target.", "Browser.")):
            words["sessionId"] = self.session
        os.write(self.to, json.dumps(words).encode() + b"\0")
        while True:
            answer = self.message()
            if answer.get("method") == "Runtime.exceptionThrown":
                self.faults.append(answer["params"]["exceptionDetails"].get("exception", {}).get("description", "exception"))
            if answer.get("method") == "Log.entryAdded":
                self.faults.append(answer["params"]["entry"]["text"])
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                return answer.get("result", {})

    def open(self, page):
        self.ask("Page.navigate", url=pathlib.Path(page).resolve().as_uri())
        self.until("document.readyState === 'complete' && location.protocol === 'file:'")

    def value(self, expression):
        answer = self.ask("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(f"{expression}: {answer['exceptionDetails']}")
        return answer["result"].get("value")

    def until(self, expression, seconds=120):
        end = time.monotonic() + seconds
        while not self.value(f"Boolean({expression})"):
            if time.monotonic() > end:
                raise RuntimeError(f"never: {expression}; {self.faults}")
            time.sleep(0.05)

    def settle(self):
        """Waits until what was asked for is drawn."""
        self.value("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(1))))")

    def box(self, selector):
        return self.value(f"(() => {{ const e = document.querySelector({json.dumps(selector)}); e.scrollIntoView({{ block: 'nearest' }});"
                          "const b = e.getBoundingClientRect(); return [b.x, b.y, b.width, b.height]; })()")

    def mouse(self, kind, x, y, **more):
        self.ask("Input.dispatchMouseEvent", type=kind, x=x, y=y, **more)

    def click(self, selector, across=0.5, down=0.5):
        x, y, width, height = self.box(selector)
        at = (x + across * width, y + down * height)
        self.mouse("mouseMoved", *at)
        self.mouse("mousePressed", *at, button="left", clickCount=1)
        self.mouse("mouseReleased", *at, button="left", clickCount=1)
        self.settle()

    def wheel(self, selector, by):
        x, y, width, height = self.box(selector)
        self.mouse("mouseMoved", x + width / 2, y + height / 2)
        self.mouse("mouseWheel", x + width / 2, y + height / 2, deltaX=0, deltaY=by)
        self.settle()

    def key(self, key):
        words = {"key": key, "windowsVirtualKeyCode": KEY_CODES.get(key, ord(key.upper()) if len(key) == 1 else 0)}
        if len(key) == 1:
            words["text"] = key
        self.ask("Input.dispatchKeyEvent", type="keyDown", **words)
        self.ask("Input.dispatchKeyEvent", type="keyUp", **words)
        self.settle()

    def picture(self, file):
        pathlib.Path(file).write_bytes(base64.b64decode(self.ask("Page.captureScreenshot", format="png")["data"]))
