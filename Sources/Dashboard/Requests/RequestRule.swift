/// Whether a request may be answered: only a page of this server, in a browser on this machine or at the end of a tunnel to it, knows how
/// to ask.
package struct RequestRule: Sendable {
  /// What a rule looks at.
  package struct Head: Sendable {
    package var method: String

    /// As it was sent, without the query.
    package var path: String
    package var host, origin, site: String?

    /// - Parameters:
    ///   - host: The header `Host`.
    ///   - origin: The header `Origin`.
    ///   - site: The header `Sec-Fetch-Site`.
    package init(method: String, path: String, host: String?, origin: String? = nil, site: String? = nil) {
      (self.method, self.path, self.host, self.origin, self.site) = (method, path, host, origin, site)
    }
  }

  /// What becomes of a request.
  package enum Verdict: Sendable, Equatable {
    /// Answer it; `name` is what stands behind the token.
    case answer(name: String, isHead: Bool)
    case refuse(status: Int, reason: String)
  }

  private let token: [UInt8]

  package init(token: String) { self.token = Array(token.utf8) }

  package func verdict(on head: Head) -> Verdict {
    guard let host = head.host, Self.isLocal(host) else {
      // Another name may lead here by way of a name server that lies (DNS rebinding).
      return .refuse(
        status: 421, reason: "found another host than localhost, 127.0.0.1 or [::1]; use the address that was printed")
    }
    guard head.method == "GET" || head.method == "HEAD" else {
      return .refuse(
        status: 405, reason: "found \(head.method.prefix(20)); expected GET, since nothing can be changed here")
    }
    if let origin = head.origin, !Self.isLocalOrigin(origin) {
      return .refuse(status: 403, reason: "found a request from another page; expected one from this server's")
    }
    if head.site == "cross-site" {
      return .refuse(
        status: 403, reason: "found a request from another site; to open the page, paste its address into the browser")
    }
    guard let name = name(in: head.path) else { return .refuse(status: 404, reason: "not found") }
    return .answer(name: name, isHead: head.method == "HEAD")
  }

  /// The status for a request of which only the first bytes are looked at; `nil` if it may be read.
  ///
  /// Who does not know the token is not listened to any further.
  package func refusal(ofRequestThatBegins bytes: [UInt8]) -> String? {
    guard let word = ["GET ", "HEAD "].first(where: { bytes.starts(with: $0.utf8) }) else {
      return "405 Method Not Allowed\r\nAllow: GET, HEAD"
    }
    return rest(of: bytes.dropFirst(word.utf8.count)) == nil ? "404 Not Found" : nil
  }

  /// What follows the token in a path; `nil` if the path does not begin with it.
  private func name(in path: String) -> String? {
    rest(of: Array(path.utf8)[...]).map { String(decoding: $0, as: UTF8.self) }
  }

  private func rest(of path: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
    guard path.count >= token.count + 2 else { return nil }
    // Compares all of it, so that the time says nothing about how much is right.
    let expected = [UInt8(ascii: "/")] + token + [UInt8(ascii: "/")]
    let difference = zip(path, expected).reduce(into: UInt8(0)) { $0 |= $1.0 ^ $1.1 }
    return difference == 0 ? path.dropFirst(expected.count) : nil
  }

  /// Whether a header `Host` names this machine, with or without a port.
  package static func isLocal(_ host: String) -> Bool {
    let host = host.lowercased()
    for name in ["localhost", "127.0.0.1", "[::1]"] where host.utf8.starts(with: name.utf8) {
      let rest = host.utf8.dropFirst(name.utf8.count)
      if rest.isEmpty { return true }
      let port = rest.dropFirst()
      return rest.first == UInt8(ascii: ":") && (1...5).contains(port.count)
        && port.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }
    return false
  }

  private static func isLocalOrigin(_ origin: String) -> Bool {
    ["http://", "https://"].contains { origin.hasPrefix($0) && isLocal(String(origin.dropFirst($0.count))) }
  }
}
