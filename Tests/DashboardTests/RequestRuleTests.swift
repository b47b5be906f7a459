import Dashboard
import Testing

@Suite struct RequestRuleTests {
  private static let token = "3c9fV0x-_Yb2"
  private static let rule = RequestRule(token: token)

  private static func head(
    _ method: String = "GET", _ path: String = "/\(token)/events", host: String? = "localhost:8420",
    origin: String? = nil, site: String? = nil
  ) -> RequestRule.Head {
    RequestRule.Head(method: method, path: path, host: host, origin: origin, site: site)
  }

  private static func status(_ head: RequestRule.Head) -> Int {
    switch rule.verdict(on: head) {
    case .answer: 200
    case .refuse(let status, _): status
    }
  }

  @Test(arguments: [
    "localhost", "LocalHost:1", "127.0.0.1", "127.0.0.1:8420", "[::1]", "[::1]:65535",
  ])
  func `This machine may be called by each of its names, with any port, so that a tunnel may have another`(host: String)
  {
    #expect(RequestRule.isLocal(host))
    #expect(Self.status(Self.head(host: host)) == 200)
    #expect(Self.status(Self.head(origin: "http://\(host)", site: "same-origin")) == 200)
  }

  @Test(arguments: [
    nil, "", "example.org", "localhost.example.org", "localhost.", "127.0.0.1.example.org:80", "127.0.0.2", "[::1]x",
    "localhost:", "localhost:x", "localhost:123456", "localhost:80@example.org", "::1", "0.0.0.0", "[::]",
  ])
  func `A request to another host is refused: a name server that lies may have led it here`(host: String?) {
    #expect(Self.status(Self.head(host: host)) == 421)
  }

  @Test(arguments: ["http://example.org", "null", "", "http://localhost.example.org", "file://", "localhost:8420"])
  func `A request of another page is refused`(origin: String) {
    #expect(Self.status(Self.head(origin: origin)) == 403)
  }

  @Test func `A request from another site is refused, and one that a person types is not`() {
    #expect(Self.status(Self.head(site: "cross-site")) == 403)
    for site in ["none", "same-origin", nil] { #expect(Self.status(Self.head(site: site)) == 200) }
  }

  @Test(arguments: ["POST", "PUT", "DELETE", "OPTIONS", "CONNECT", "TRACE", "get", "", "PATCH"])
  func `Nothing but reading is possible`(method: String) {
    #expect(Self.status(Self.head(method)) == 405)
    #expect(Self.rule.refusal(ofRequestThatBegins: Array("\(method) /\(Self.token)/ HTTP/1.1".utf8)) != nil)
  }

  @Test func `What follows the token is the name of what is asked for`() {
    #expect(Self.rule.verdict(on: Self.head("GET", "/\(Self.token)/")) == .answer(name: "", isHead: false))
    #expect(Self.rule.verdict(on: Self.head("HEAD", "/\(Self.token)/page")) == .answer(name: "page", isHead: true))
  }

  @Test(arguments: [
    "", "/", "/\(token)", "/\(token)x/", "/\(token.dropLast())/", "/x\(token)/", "//\(token)/",
    "/\(token.uppercased())/",
    "/../\(token)/", "http://localhost/\(token)/", "/%33c9fV0x-_Yb2/",
  ])
  func `Without the token nothing is there`(path: String) {
    #expect(Self.rule.verdict(on: Self.head("GET", path)) == .refuse(status: 404, reason: "not found"))
    #expect(Self.rule.refusal(ofRequestThatBegins: Array("GET \(path) HTTP/1.1".utf8)) == "404 Not Found")
  }

  @Test func `A request is read if it begins with the token, and else nobody looks at the rest`() {
    #expect(Self.rule.refusal(ofRequestThatBegins: Array("GET /\(Self.token)/?study=a HTTP/1.1\r\n".utf8)) == nil)
    #expect(Self.rule.refusal(ofRequestThatBegins: Array("HEAD /\(Self.token)/ HTTP/1.1\r\n".utf8)) == nil)
    for bytes in [[], Array("GE".utf8), Array("GET /".utf8), [UInt8](repeating: 0, count: 100)] {
      #expect(Self.rule.refusal(ofRequestThatBegins: bytes) != nil)
    }
  }
}
