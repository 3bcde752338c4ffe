import NIOCore
import Testing

@testable import Upstream

@Suite struct ProxyTests {
  /// An HTTP proxy that answers everything itself and hands over the request lines it saw.
  private func httpProxy(_ seen: Handover<String>) throws -> ScriptedServer {
    try ScriptedServer { connection in
      while true {
        let request = try connection.readRequest()
        seen.give(request.head)
        try connection.write("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nproxy")
      }
    }
  }

  @Test func aProxyOfTheRequestIsUsedWithItsCredential() async throws {
    let seen = Handover<String>()
    let proxy = try httpProxy(seen)
    try await Fixture.run { fixture in
      let outcome = try await fixture.make(
        UpstreamRequest(
          method: "GET", url: "http://upstream.test/v1", proxy: "http://user:pass@127.0.0.1:\(proxy.port)"))
      #expect(outcome.text == "proxy")
      let head = try await seen.take()
      #expect(head.hasPrefix("GET http://upstream.test/v1 HTTP/1.1"))
      #expect(head.contains("Proxy-Authorization: Basic dXNlcjpwYXNz"))
    }
  }

  @Test func aProxyOfTheEnvironmentIsUsedUnlessTheRequestHasItsOwn() async throws {
    let (fromEnvironment, fromRequest) = (Handover<String>(), Handover<String>())
    let (general, own) = (try httpProxy(fromEnvironment), try httpProxy(fromRequest))
    try await Fixture.run(NetworkEnvironment(httpProxy: general.url)) { fixture in
      _ = try await fixture.make(UpstreamRequest(method: "GET", url: "http://one.test/"))
      _ = try await fixture.make(UpstreamRequest(method: "GET", url: "http://two.test/", proxy: own.url))
      let first = try await fromEnvironment.take()
      let second = try await fromRequest.take()
      #expect(first.contains("http://one.test/"))
      #expect(second.contains("http://two.test/"))
    }
  }

  @Test func noProxyAndLoopbackGoDirectly() async throws {
    let proxy = try httpProxy(Handover<String>())
    let server = try ScriptedServer { connection in
      while true {
        _ = try connection.readRequest()
        try connection.write("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\ndirect")
      }
    }
    let environment = NetworkEnvironment(httpProxy: proxy.url, allProxy: proxy.url, noProxy: "other.test,.invalid")
    try await Fixture.run(environment) { fixture in
      for host in ["127.0.0.1", "localhost"] {
        for own in [nil, proxy.url] {
          let outcome = try await fixture.make(
            UpstreamRequest(method: "GET", url: "http://\(host):\(server.port)/", proxy: own))
          #expect(outcome.text == "direct")
        }
      }
      // Reached directly, a name that does not exist cannot be resolved.
      let outcome = try await fixture.make(
        UpstreamRequest(method: "GET", url: "http://upstream.invalid/", connectTimeout: 60))
      #expect(outcome.error?.kind == "resolve")
      #expect(outcome.error?.text.contains("upstream.invalid:80") == true)
    }
    #expect(proxy.connections == 0)
  }

  @Test func aSOCKSProxyGetsTheNameAndCarriesTheCall() async throws {
    let names = Handover<String>()
    let proxy = try ScriptedServer { connection in
      let methods = try connection.read(2)
      _ = try connection.read(Int(methods[1]))
      try connection.write([5, 0])
      let request = try connection.read(5)
      let name = try connection.read(Int(request[4]) + 2)
      names.give("\(request[3]) " + String(decoding: name.dropLast(2), as: UTF8.self))
      try connection.write([5, 0, 0, 1, 127, 0, 0, 1, 0, 80])
      let head = try connection.readRequest().head
      let path = head.split(separator: " ")[1]
      try connection.write("HTTP/1.1 200 OK\r\nContent-Length: \(path.utf8.count)\r\n\r\n\(path)")
      connection.waitForEnd()
    }
    try await Fixture.run { fixture in
      let outcome = try await fixture.make(
        UpstreamRequest(method: "GET", url: "http://upstream.test/socks", proxy: "socks5h://127.0.0.1:\(proxy.port)"))
      #expect(outcome.text == "/socks")
      let name = try await names.take()
      #expect(name == "3 upstream.test")
    }
  }

  @Test func theHeadOfATunnelIsNotTheAnswers() async throws {
    let targets = Handover<String>()
    let proxy = try ScriptedServer { connection in
      targets.give(try connection.readRequest().head)
      try connection.write("HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n")
      connection.waitForEnd()
    }
    try await Fixture.run { fixture in
      let outcome = try await fixture.make(
        UpstreamRequest(
          method: "GET", url: "https://upstream.test/v1?key=planted", headers: [("Authorization", "Bearer planted")],
          proxy: "http://user:planted@127.0.0.1:\(proxy.port)"))
      #expect(outcome.order == ["end"])
      #expect(outcome.error?.kind == "proxy")
      #expect(outcome.error?.text.contains("403") == true)
      #expect(outcome.error?.text.contains("planted") == false)
      let head = try await targets.take()
      #expect(head.hasPrefix("CONNECT upstream.test:443 HTTP/1.1"))
      #expect(!head.contains("Bearer"))
    }
  }

  @Test(arguments: ["http", "socks5", "socks5h"])
  func aProxyThatRefusesIsAProxyErrorWithoutItsPassword(scheme: String) async throws {
    let closed = try RefusingPort()
    try await Fixture.run { fixture in
      let outcome = try await fixture.make(
        UpstreamRequest(
          method: "GET", url: "http://upstream.test/", proxy: "\(scheme)://user:planted@127.0.0.1:\(closed.port)"))
      // With `socks5` the name is looked up here, before the proxy is met.
      #expect(["proxy", "resolve"].contains(outcome.error?.kind))
      #expect(outcome.error?.text.contains("planted") == false)
      #expect(outcome.error?.text.contains("127.0.0.1:\(closed.port)") == true)
    }
  }

  @Test(arguments: ["gopher://user:planted@127.0.0.1:1", "http://", "http://host:0", "http://ho st:1"])
  func aBadProxyIsRefusedWithoutItsPassword(url: String) async throws {
    try await Fixture.run { fixture in
      let outcome = try await fixture.make(UpstreamRequest(method: "GET", url: "http://upstream.test/", proxy: url))
      #expect(outcome.error?.kind == "proxy")
      #expect(outcome.error?.text.contains("planted") == false)
    }
  }

  @Test func theEnvironmentIsReadWithTheUsualPrecedence() {
    let variables = [
      "http_proxy": "http://lower", "HTTP_PROXY": "http://upper", "HTTPS_PROXY": "http://tls", "https_proxy": "",
      "ALL_PROXY": "socks5://all", "NO_PROXY": "a.test", "SSL_CERT_FILE": "/ca.pem",
    ]
    let environment = NetworkEnvironment { variables[$0] }
    #expect(environment.httpProxy == "http://lower")
    #expect(environment.proxy(tls: true) == "http://tls")
    #expect(environment.allProxy == "socks5://all")
    #expect(environment.noProxy == "a.test")
    #expect(environment.certificateFile == "/ca.pem")
    #expect(environment.certificateDirectory == nil)
    #expect(NetworkEnvironment(allProxy: "socks5://all").proxy(tls: true) == "socks5://all")
  }

  @Test(arguments: [
    ("http://localhost/", true), ("http://LOCALHOST.:80/", true), ("http://a.localhost/", true),
    ("http://127.0.0.1/", true), ("http://127.9.8.7:1/", true), ("http://[::1]:1/", true),
    ("http://127.0.0.1.example.com/", false), ("http://localhost.example.com/", false), ("http://128.0.0.1/", false),
    ("http://127.0.0.1@example.com/", false), ("http://[fe80::1]/", false), ("http://127.0.0/", false),
  ])
  func loopbackIsToldFromNamesThatLookLikeIt(url: String, isLoopback: Bool) {
    #expect(UpstreamAddress(url, schemes: ["http": 80])?.isLoopback == isLoopback)
  }
}
