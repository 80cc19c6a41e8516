/// Drives the administration's page in a real Chromium over the DevTools protocol, and prints a line for
/// each thing that it saw. Arguments: the page's address, the token, a folder for pictures.
enum DashboardBrowser {
  static let program = """
    import asyncio, base64, json, os, subprocess, sys, tempfile
    import aiohttp
    url, token, pictures = sys.argv[1:4]

    class Tab:
        def __init__(self, socket):
            self.socket, self.number, self.waiting, self.problems = socket, 0, {}, []
            self.violations = []

        async def read(self):
            async for message in self.socket:
                data = json.loads(message.data)
                method, parameters = data.get("method"), data.get("params", {})
                if "id" in data:
                    self.waiting.pop(data["id"]).set_result(data)
                elif method == "Page.javascriptDialogOpening":
                    asyncio.ensure_future(self.call("Page.handleJavaScriptDialog", accept=True))
                elif method == "Runtime.exceptionThrown":
                    self.problems.append(json.dumps(parameters)[:500])
                elif method == "Log.entryAdded":
                    entry = parameters["entry"]
                    text = entry["text"]
                    if "Content Security Policy" in text:
                        self.violations.append(text)
                    elif "status of 401" not in text:
                        self.problems.append(text[:500])

        async def call(self, method, **parameters):
            self.number += 1
            answer = self.waiting[self.number] = asyncio.get_running_loop().create_future()
            await self.socket.send_json(
                {"id": self.number, "method": method, "params": parameters})
            return (await asyncio.wait_for(answer, 60)).get("result", {})

        async def evaluate(self, text):
            result = await self.call("Runtime.evaluate", expression=text, awaitPromise=True,
                returnByValue=True, userGesture=True)
            return result.get("result", {}).get("value")

        async def until(self, text):
            for _ in range(1200):
                if await self.evaluate(text):
                    return
                await asyncio.sleep(0.05)
            page = await self.evaluate("document.body.innerText")
            raise SystemExit(f"never: {text}\\n{page}\\n{self.problems}")

        async def picture(self, name):
            shot = await self.call("Page.captureScreenshot", format="png")
            with open(os.path.join(pictures, name), "wb") as file:
                file.write(base64.b64decode(shot["data"]))

        async def look(self, scheme, width, height, scale=1):
            await self.call("Emulation.setEmulatedMedia",
                features=[{"name": "prefers-color-scheme", "value": scheme}])
            await self.call("Emulation.setDeviceMetricsOverride", width=width, height=height,
                deviceScaleFactor=scale, mobile=width < 600)

        async def key(self, name, code):
            for kind in ("keyDown", "keyUp"):
                await self.call("Input.dispatchKeyEvent", type=kind, key=name, code=name,
                    windowsVirtualKeyCode=code)

    async def talk(tab):
        for domain in ("Page", "Runtime", "Log"):
            await tab.call(domain + ".enable")
        await tab.look("dark", 1280, 1000)
        await tab.call("Page.navigate", url=url)
        sign_in = '''(text) => { const field = document.getElementById("gate-token");
            field.value = text; document.querySelector("#gate-form button").click(); }'''
        await tab.until('document.getElementById("gate") && !document.getElementById("gate").hidden')
        await tab.evaluate(f"({sign_in})({json.dumps('slc_wrong')})")
        await tab.until('document.getElementById("gate-error").textContent.includes("not a valid token")')
        print("asks for a token, and says that a wrong one is wrong")
        await tab.evaluate(f"({sign_in})({json.dumps(token)})")
        await tab.until('!document.getElementById("page").hidden')
        kept = await tab.evaluate("[sessionStorage.length, localStorage.length, document.cookie].join()")
        print("kept", kept)
        await tab.until('document.getElementById("denials").textContent.includes("denied.test")')
        await tab.until('document.getElementById("traffic").textContent.includes("not_allowlisted")')
        await tab.until('document.getElementById("tunnels").textContent.includes("site.test")')
        await tab.until('document.getElementById("policy-says").textContent.includes("Generation")')
        print("shows what is refused and what is under way")
        print("go")
        sys.stdout.flush()
        await tab.until('document.getElementById("live").textContent.includes("later.test")')
        print("shows a decision as it is made")
        await tab.evaluate('document.querySelector("#denials button").click()')
        await tab.until('/Copied|Selected/.test(document.getElementById("says").textContent)')
        print("copies a rule:", await tab.evaluate('document.querySelector("#denials code").textContent'))
        await tab.evaluate('''[...document.querySelectorAll("#denials tr")]
            .find((row) => row.textContent.startsWith("denied.test"))
            .querySelectorAll("button")[1].click()''')
        await tab.until('document.getElementById("changes").textContent.includes("denied.test")')
        await tab.until('document.getElementById("overrides").textContent.includes("token:ops")')
        print("allows a name, and shows what changed")
        await asyncio.sleep(float(os.environ.get("PAUSE", "0")))
        await tab.evaluate("document.activeElement.blur()")
        await tab.picture("admin-dark.png")
        await tab.look("light", 390, 844, 1)
        wide = await tab.evaluate("document.documentElement.scrollWidth > innerWidth")
        print("fits a phone" if not wide else "is wider than a phone")
        await tab.picture("admin-phone.png")
        await tab.look("light", 1280, 1000)
        await tab.evaluate('document.querySelector("#tunnels button").click()')
        await tab.until('document.getElementById("tunnels").textContent.includes("Nothing is under way")')
        print("ends a tunnel")
        await tab.evaluate("scrollTo(0, 0); document.querySelector('.skip').focus()")
        await tab.key("Tab", 9)
        first = await tab.evaluate("document.activeElement.textContent")
        for _ in range(3):
            await tab.key("Tab", 9)
        outline = await tab.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        print("by keyboard:", first, outline)
        unnamed = await tab.evaluate('''[...document.querySelectorAll("button, input, select, svg")]
            .filter((element) => !(element.textContent.trim() || element.labels?.length
              || element.getAttribute("aria-label") || element.getAttribute("aria-labelledby"))).length''')
        print("controls without a name:", unnamed)
        print("problems:", tab.problems, tab.violations)
        await tab.evaluate('''{ const script = document.createElement("script");
            script.append("window.wasRun = true"); document.body.append(script); }''')
        await tab.evaluate('''{ try { document.body.insertAdjacentHTML("beforeend", "<i></i>") } catch {} }''')
        await tab.evaluate('fetch("http://127.0.0.1:1/").catch(() => {})')
        print("scripts of others run:", await tab.evaluate("window.wasRun === true"),
            await tab.evaluate('document.querySelector("i") !== null'))
        await tab.evaluate('document.getElementById("leave").click()')
        await tab.until('!document.getElementById("gate").hidden && sessionStorage.length === 0')
        print("forgets the token")

    async def main():
        profile = tempfile.mkdtemp()
        browser = subprocess.Popen(["chromium", "--headless=new", "--no-sandbox", "--disable-gpu",
            "--disable-dev-shm-usage", "--no-first-run", "--user-data-dir=" + profile,
            "--remote-debugging-port=0", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
            "about:blank"], stderr=subprocess.DEVNULL)
        try:
            place = os.path.join(profile, "DevToolsActivePort")
            for _ in range(1200):
                if os.path.exists(place) and "\\n" in open(place).read():
                    break
                await asyncio.sleep(0.05)
            port = open(place).read().split("\\n")[0]
            async with aiohttp.ClientSession() as session:
                async with session.get(f"http://127.0.0.1:{port}/json/list") as answer:
                    pages = [page for page in await answer.json() if page["type"] == "page"]
                target = pages[0]["webSocketDebuggerUrl"]
                async with session.ws_connect(target, max_msg_size=1 << 28) as socket:
                    tab = Tab(socket)
                    reader = asyncio.ensure_future(tab.read())
                    await talk(tab)
                    reader.cancel()
        finally:
            browser.terminate()
            browser.wait(60)

    asyncio.run(main())

    """
}
