extension String {
  /// The text without the passwords of PostgreSQL's URIs.
  ///
  /// This is for messages that repeat what was typed in a wrong place, where nobody reads it as a URI.
  package var withoutPasswords: String {
    replacing(#/(postgres(?:ql)?(?:\+\w+)?:\/\/)(\S*)/#.ignoresCase()) { match in
      var rest = match.output.2
      if let at = rest.lastIndex(of: "@"), let colon = rest[..<at].firstIndex(of: ":") {
        rest = rest[..<colon] + rest[at...]
      }
      return match.output.1 + rest.replacing(#/password=[^&]*/#.ignoresCase(), with: "password=…")
    }
  }
}
