/// The smallest program for each library that can be a client. Arguments: the authority's file, then
/// URLs; the proxy is in the environment. Each writes a line with what came for a URL: status, reason
/// phrase and body, or the error as the library puts it. `SERVER_NAME` is another name for the hello.
enum ClientPrograms {
  /// Python: `LIBRARY` in the environment is requests, httpx or aiohttp.
  static let python = """
    import asyncio, os, ssl, sys
    ca, name = sys.argv[1], os.environ.get("SERVER_NAME")
    context = ssl.create_default_context(cafile=ca)
    def with_requests(url):
        import requests
        session = requests.Session()
        if name:
            proxy = os.environ["https_proxy"]
            session.get_adapter(url).proxy_manager_for(proxy, server_hostname=name)
        answer = session.get(url, verify=ca, timeout=60)
        return answer.status_code, answer.reason, answer.text
    def with_httpx(url):
        import httpx
        answer = httpx.get(url, verify=context, timeout=60)
        return answer.status_code, answer.reason_phrase, answer.text
    def with_aiohttp(url):
        import aiohttp
        async def fetch():
            async with aiohttp.ClientSession(trust_env=True) as session:
                async with session.get(url, ssl=context) as answer:
                    return answer.status, answer.reason, await answer.text()
        return asyncio.run(fetch())
    fetch = globals()["with_" + os.environ["LIBRARY"]]
    for url in sys.argv[2:]:
        try:
            print(*fetch(url))
        except Exception as problem:
            print(type(problem).__name__, problem)

    """

  /// Python: the smallest package that pip takes.
  static let wheel = """
    import sys, zipfile
    with zipfile.ZipFile(sys.argv[1], "w") as wheel:
        info = "demo-1.0.dist-info/"
        wheel.writestr(info + "METADATA", "Metadata-Version: 2.1\\nName: demo\\nVersion: 1.0\\n")
        wheel.writestr(info + "WHEEL", "Wheel-Version: 1.0\\nGenerator: test\\n"
            "Root-Is-Purelib: true\\nTag: py3-none-any\\n")
        wheel.writestr(info + "RECORD", "")

    """

  /// Node's fetch with undici's ProxyAgent, which takes the credentials apart from the URL.
  static let undici = """
    const fs = require("fs"), { fetch, ProxyAgent } = require("undici");
    const [ca, ...urls] = process.argv.slice(2), proxy = new URL(process.env.https_proxy);
    const words = decodeURIComponent(proxy.username + ":" + proxy.password);
    const token = proxy.password ? "Basic " + Buffer.from(words).toString("base64") : undefined;
    proxy.username = proxy.password = "";
    const requestTls = { ca: fs.readFileSync(ca), servername: process.env.SERVER_NAME };
    if (!requestTls.servername) delete requestTls.servername;
    const dispatcher = new ProxyAgent({ uri: proxy.href, token, requestTls });
    (async () => {
      for (const url of urls) {
        try {
          const answer = await fetch(url, { dispatcher });
          console.log(answer.status, answer.statusText, await answer.text());
        } catch (problem) {
          console.log(String(problem), String(problem.cause));
        }
      }
      process.exit(0);
    })();

    """

  static let go = """
    package main

    import (
    	"crypto/tls"
    	"crypto/x509"
    	"fmt"
    	"io"
    	"net/http"
    	"os"
    )

    func main() {
    	pem, _ := os.ReadFile(os.Args[1])
    	pool := x509.NewCertPool()
    	pool.AppendCertsFromPEM(pem)
    	client := http.Client{Transport: &http.Transport{
    		Proxy:           http.ProxyFromEnvironment,
    		TLSClientConfig: &tls.Config{RootCAs: pool, ServerName: os.Getenv("SERVER_NAME")},
    	}}
    	for _, url := range os.Args[2:] {
    		answer, problem := client.Get(url)
    		if problem != nil {
    			fmt.Println(problem)
    			continue
    		}
    		body, _ := io.ReadAll(answer.Body)
    		fmt.Println(answer.Status, string(body))
    	}
    }

    """

  /// java.net.http.HttpClient, which reads neither the environment nor credentials in a URL.
  static let java = """
    import java.net.*;
    import java.net.http.*;
    import java.nio.file.*;
    import java.security.KeyStore;
    import java.security.cert.CertificateFactory;
    import javax.net.ssl.*;

    public class Fetch {
      public static void main(String[] arguments) throws Exception {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        try (var file = Files.newInputStream(Path.of(arguments[0]))) {
          store.setCertificateEntry("ca",
            CertificateFactory.getInstance("X.509").generateCertificate(file));
        }
        var trust = TrustManagerFactory.getInstance("PKIX");
        trust.init(store);
        var context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        var proxy = URI.create(System.getenv("https_proxy"));
        var builder = HttpClient.newBuilder().sslContext(context)
          .proxy(ProxySelector.of(new InetSocketAddress(proxy.getHost(), proxy.getPort())));
        if (proxy.getUserInfo() != null) {
          var words = proxy.getUserInfo().split(":", 2);
          builder.authenticator(new Authenticator() {
            @Override protected PasswordAuthentication getPasswordAuthentication() {
              return new PasswordAuthentication(words[0], words[1].toCharArray());
            }
          });
        }
        var client = builder.build();
        for (int i = 1; i < arguments.length; i++) {
          try {
            var answer = client.send(HttpRequest.newBuilder(URI.create(arguments[i])).build(),
              HttpResponse.BodyHandlers.ofString());
            System.out.println(answer.statusCode() + " " + answer.body());
          } catch (java.io.IOException problem) {
            System.out.println(problem);
          }
        }
      }
    }

    """
}
