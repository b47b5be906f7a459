extension LibPQ {
  /// A parameter of a connection, such as `host`.
  struct Parameter: Equatable, Sendable {
    let keyword: String
    let value: String

    /// Whether it is a password, which nobody may see.
    let isSecret: Bool
  }

  /// A text that libpq cannot read.
  struct Malformed: Error {
    /// What libpq says, which may quote a password.
    let reason: String
  }

  /// The parameters that a URI, or a text of keywords and values, sets.
  func parameters(in text: String) throws(Malformed) -> [Parameter] {
    var reason: UnsafeMutablePointer<CChar>?
    guard let list = unsafe conninfoParse(text, &reason) else {
      defer { unsafe freemem(reason) }
      throw Malformed(reason: unsafe reason.map { unsafe String(cString: $0) } ?? "no memory")
    }
    defer { unsafe conninfoFree(list) }
    return unsafe parameters(list)
  }

  /// All parameters that a connection would use: those of the text, of the service that it names, of the environment,
  /// and defaults.
  func effectiveParameters(of text: String) -> [Parameter] {
    // A mode that does not exist keeps libpq from connecting.
    let connection = unsafe withCTexts(["dbname", "sslmode"]) { keywords in
      unsafe withCTexts([text, "none"]) { values in unsafe connectStartParams(keywords, values, 1) }
    }
    guard let connection = unsafe connection else { return [] }
    defer { unsafe finish(connection) }
    return unsafe parameters(of: connection)
  }

  /// The parameters of a connection, open or not.
  func parameters(of connection: Connection) -> [Parameter] {
    guard let list = unsafe conninfo(connection) else { return [] }
    defer { unsafe conninfoFree(list) }
    return unsafe parameters(list)
  }

  /// Reads an array of `PQconninfoOption`: six texts (keyword, variable, default, value, label, display) and a number;
  /// the last keyword is null.
  private func parameters(_ list: UnsafeMutableRawPointer) -> [Parameter] {
    func text(_ index: Int, _ field: Int) -> String? {
      let place = unsafe list + (7 * index + field) * MemoryLayout<CText?>.stride
      return unsafe place.load(as: CText?.self).map { unsafe String(cString: $0) }
    }
    var parameters: [Parameter] = []
    var index = 0
    while let keyword = text(index, 0) {
      if let value = text(index, 3) {
        parameters.append(Parameter(keyword: keyword, value: value, isSecret: text(index, 5) == "*"))
      }
      index += 1
    }
    return parameters
  }

  /// Texts as C wants them, with a null at the end.
  func withCTexts<Value>(_ texts: [String], _ body: (CTexts) throws -> Value) rethrows -> Value {
    let bytes = texts.flatMap { $0.utf8CString }
    return try unsafe bytes.withUnsafeBufferPointer { buffer in
      var places: [CText?] = unsafe []
      var start = 0
      for text in texts {
        unsafe places.append(buffer.baseAddress.map { unsafe $0 + start })
        start += text.utf8.count + 1
      }
      unsafe places.append(nil)
      return try unsafe places.withUnsafeBufferPointer { try unsafe body($0.baseAddress!) }
    }
  }
}
