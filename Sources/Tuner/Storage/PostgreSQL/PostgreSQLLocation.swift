/// A database on a PostgreSQL server, named by a URI.
public struct PostgreSQLLocation: Sendable, CustomStringConvertible {
  /// The URI as it was given, to connect with. It may have a password.
  let uri: String

  /// Whether the URI has a password, which other users of the host can see among the processes.
  public var hasPassword: Bool { !passwords.isEmpty }

  /// The passwords in the URI by libpq's names of them: `password`, `sslpassword`.
  package let passwords: [String: String]

  /// The URI without passwords, which messages show and a user can type again.
  public let description: String

  private static let schemes = ["postgresql://", "postgres://"]

  /// Whether a storage is a URI of PostgreSQL, not a file.
  public static func isURI(_ text: String) -> Bool { schemes.contains(where: text.hasPrefix) }

  /// Reads a URI with libpq's rules.
  ///
  /// Throws a `StorageError`, which shows no part of a password, if the URI is malformed or the library is missing.
  public init(_ uri: String) throws(StorageError) {
    let pq = try LibPQ.shared.get()
    func malformed(_ reason: String) -> StorageError {
      StorageError(
        location: "postgresql://…", found: reason,
        expected: "postgresql://USER@HOST:PORT/DATABASE, with %40 for an @ within a name, %2F for /, %3A for :, "
          + "%3F for ?, and %25 for %")
    }
    if let reason = Self.stray(in: uri) { throw malformed(reason) }
    let parameters: [LibPQ.Parameter]
    do { parameters = try pq.parameters(in: uri) } catch { throw malformed(Self.reason(error, in: uri)) }
    let shown = parameters.filter { !$0.isSecret && !$0.value.isEmpty }
    if let port = shown.first(where: { $0.keyword == "port" })?.value, !port.allSatisfy({ $0.isNumber || $0 == "," }) {
      // It may be the beginning of a password with a slash or a question mark.
      throw malformed("a port that is not a number")
    }
    self.uri = uri
    passwords = Dictionary(
      parameters.filter { $0.isSecret && !$0.value.isEmpty }.map { ($0.keyword, $0.value) }, uniquingKeysWith: { $1 })
    description = Self.text(shown)
  }

  // MARK: - Malformed URIs

  /// An @ that ends no user name: the rest of a password could be taken for a host or a database.
  private static func stray(in uri: String) -> String? {
    guard let scheme = schemes.first(where: uri.hasPrefix) else { return "another kind of URI" }
    let rest = uri.dropFirst(scheme.count)
    let user = rest.prefix { $0 != "/" }.contains("@") ? 1 : 0
    return rest.count { $0 == "@" } > user ? "an @ within a name or a password" : nil
  }

  /// What libpq says, without what it quotes, which may be a password or a part of one; the name of an unknown
  /// parameter stays.
  private static func reason(_ error: LibPQ.Malformed, in uri: String) -> String {
    let reason = error.reason.shown
    let query = uri.drop { $0 != "?" }
    let isHarmless = !query.contains("@") && !query.contains("password")
    if isHarmless, reason.wholeMatch(of: #/invalid URI query parameter: "[a-z_]+"/#) != nil { return reason }
    return reason.replacing(#/: ".*$/#, with: "")
  }

  // MARK: - The text

  private static func text(_ parameters: [LibPQ.Parameter]) -> String {
    let values = Dictionary(parameters.map { ($0.keyword, $0.value) }, uniquingKeysWith: { $1 })
    var text = "postgresql://"
    var inQuery = parameters.filter { !["user", "dbname", "host", "port"].contains($0.keyword) }
    if let user = values["user"] { text += escaped(user) + "@" }
    if let hosts = hosts(values) {
      text += hosts
    } else {
      inQuery = parameters.filter { ["host", "port"].contains($0.keyword) } + inQuery
    }
    if let database = values["dbname"] { text += "/" + escaped(database) }
    guard !inQuery.isEmpty else { return text }
    return text + "?" + inQuery.map { "\($0.keyword)=\(escaped($0.value, except: "/,:"))" }.joined(separator: "&")
  }

  /// The hosts with their ports; `nil` if they have to be parameters: a socket's folder, or another number of ports.
  private static func hosts(_ values: [String: String]) -> String? {
    let hosts = (values["host"] ?? "").split(separator: ",", omittingEmptySubsequences: false)
    let ports = values["port"].map { $0.split(separator: ",", omittingEmptySubsequences: false) }
    let areNames = hosts.allSatisfy { !$0.hasPrefix("/") && !$0.hasPrefix("@") }
    guard areNames, ports == nil || ports?.count == hosts.count else { return nil }
    return hosts.indices.map { index in
      let host = hosts[index].contains(":") ? "[\(hosts[index])]" : escaped(String(hosts[index]))
      let port = ports?[index] ?? ""
      return port.isEmpty ? host : "\(host):\(port)"
    }.joined(separator: ",")
  }

  /// A text with everything percent-encoded that is not an unreserved character (RFC 3986, section 2.3).
  private static func escaped(_ text: String, except others: String = "") -> String {
    let plain = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~\(others)".utf8)
    return text.utf8.map { byte in
      if plain.contains(byte) { return String(UnicodeScalar(byte)) }
      let digits = String(byte, radix: 16, uppercase: true)
      return digits.count == 1 ? "%0\(digits)" : "%\(digits)"
    }.joined()
  }
}
