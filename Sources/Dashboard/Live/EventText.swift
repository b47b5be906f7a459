/// Server-sent events.
///
/// Source: HTML Living Standard, section 9.2, *Server-sent events*.
package enum EventText {
  package enum Kind: String {
    case study, changes, problem
  }

  /// - Parameter json: Data without line breaks, as JSON that is not indented is.
  package static func event(_ kind: Kind, _ json: String) -> [UInt8] {
    Array("event: \(kind.rawValue)\ndata: \(json)\n\n".utf8)
  }

  /// A comment, which keeps a connection in use.
  package static let comment = Array(":\n\n".utf8)
}
