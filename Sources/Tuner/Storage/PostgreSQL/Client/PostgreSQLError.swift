/// What a PostgreSQL server, or the way to it, says.
struct PostgreSQLError: Error, Equatable, CustomStringConvertible {
  /// The SQLSTATE (appendix A of PostgreSQL's manual); empty if libpq itself has found the error.
  let state: String

  /// The message, in one line.
  let message: String

  /// Whether the connection is lost with it.
  let isLost: Bool

  var description: String { state.isEmpty ? message : "\(message) (SQLSTATE \(state))" }

  /// What callers distinguish.
  enum Kind: Sendable {
    /// No connection: it may come back.
    case connectionLost
    case tooManyConnections
    /// Two transactions waited for each other, and the server has ended this one; it can be run again.
    case conflict
    case readOnly
    case diskFull
    case lockTimeout
    case authentication
    case noPermission
    case noDatabase
    /// A value that no column can have.
    case unstorable
    case other
  }

  var kind: Kind {
    switch state {
    case "53300": .tooManyConnections
    case "40P01", "40001": .conflict
    case "25006": .readOnly
    case "53100": .diskFull
    case "55P03": .lockTimeout
    case "42501": .noPermission
    case "3D000": .noDatabase
    case "22021", "22P05": .unstorable
    // The server is being stopped, has crashed, is starting; it has ended a transaction or a session that did nothing.
    case "57P01", "57P02", "57P03", "25P03", "57P05": .connectionLost
    case "": isLost ? .connectionLost : .other
    // A server that lacks something, or recovers from that, ends sessions with these.
    case _ where isLost && ["53", "58", "XX"].contains(state.prefix(2)): .connectionLost
    default: state.hasPrefix("08") ? .connectionLost : state.hasPrefix("28") ? .authentication : .other
    }
  }
}

extension PostgreSQLError {
  /// A transaction that has to be run again, or looked up again.
  init(conflict message: String) { self.init(state: "40001", message: message, isLost: false) }

  /// A value that was not sent.
  init(unstorable what: String) { self.init(state: "22021", message: what, isLost: false) }

  /// Whether a message about a failed connection is the server's, not libpq's: it has a severity, in the server's
  /// language.
  static func isServers(_ message: String) -> Bool {
    message.split(whereSeparator: \.isNewline).contains { $0.firstMatch(of: #/(^|failed: )\S+:  /#) != nil }
  }

  /// A connection that has failed, from a verbose message if the server gave it.
  init(connecting message: String) {
    if let found = message.firstMatch(of: #/\S:  ([0-9A-Z]{5}): (.*)/#) {
      self.init(state: String(found.1), message: String(found.2), isLost: true)
    } else {
      // What is wrong with the parameters is found before any attempt.
      let beginnings = [
        "connection to server", "could not ", "timeout expired", "server closed the connection",
      ]
      let wasTried = beginnings.contains(where: message.hasPrefix)
      // libpq's own finding, which has no state, in place of the server's about a wrong password.
      let lacksPassword = message.contains("fe_sendauth: no password supplied")
      self.init(
        state: lacksPassword ? "28P01" : "", message: lacksPassword ? "no password" : message.shown, isLost: wasTried)
    }
  }
}

extension PostgreSQLError {
  /// What is waited for after the error, in words; `nil` if the user need not know.
  func wait(for location: PostgreSQLLocation) -> String? {
    switch kind {
    case .tooManyConnections: "no free connection to \(location) (\(message)); waiting"
    case .readOnly: "\(location) can only be read, as on a standby; trying again"
    case .connectionLost: "no connection to \(location) (\(message)); trying again"
    default: nil
    }
  }
}

extension String {
  /// A message of libpq in one line, without its hints, which it indents.
  var shown: String {
    let lines = split(whereSeparator: \.isNewline).filter { !$0.hasPrefix("\t") }
    return lines.isEmpty ? "no reason given" : lines.joined(separator: "; ")
  }
}

extension StorageError {
  /// An error of a server.
  ///
  /// - Parameter location: The server and the database, without a password.
  init(_ error: PostgreSQLError, location: String) {
    let message = error.message
    let (found, expected) =
      switch error.kind {
      case .connectionLost:
        ("no connection (\(message))", "a server that can be reached; then run the same command to resume")
      case .tooManyConnections:
        ("no free connection (\(message))", "fewer processes, or a server with a larger max_connections")
      case .readOnly: ("a database that can only be read", "the primary server, or another --storage")
      case .diskFull: ("no space left on the server's disk", "free space there; then run the same command to resume")
      case .lockTimeout, .conflict:
        ("transactions that waited for each other (\(message))", "the same command again")
      case .authentication:
        (message, "a user and a password that the server accepts; a password belongs in ~/.pgpass or a service file")
      case .noPermission: (message, "a role that may create and write the schema, or another --storage")
      case .noDatabase: (message, "a database that exists; create it with createdb, or name another")
      case .unstorable: (message, "a value that PostgreSQL can store")
      // What a statement needs is not there.
      case .other where error.state.hasPrefix("42"): (error.description, "a database written by this program")
      case .other: (error.description, "a server that does this; its log may say more")
      }
    self.init(location: location, found: found, expected: expected)
  }
}
