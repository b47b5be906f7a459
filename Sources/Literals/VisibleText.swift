extension Unicode.Scalar {
  /// Whether the scalar is invisible but has an effect: control characters, line ends, changes of the writing direction, and the
  /// byte order mark.
  ///
  /// Joiners, which connect parts of emoji and letters of some scripts, do not count.
  public var isInvisible: Bool {
    switch value {
    case 0x20...0x7E: false
    case 0...0x9F, 0x061C, 0x200E...0x200F, 0x2028...0x202E, 0x2066...0x2069, 0xFEFF: true
    default: false
    }
  }
}

extension String {
  /// The text on one line, with invisible characters as escapes such as `\n` and `\u{1B}`, so that it cannot control a terminal.
  public var visible: String { escapingInvisible(keepingLines: false) }

  /// The same, but with line ends and tabs unchanged.
  public var visibleLines: String { escapingInvisible(keepingLines: true) }

  /// The text as part of a message: visible, and of readable length.
  public var inMessage: String {
    guard utf8.count > Self.longestInMessage, count > Self.longestInMessage else { return visible }
    return prefix(Self.longestInMessage).description.visible + "… (\(count) characters)"
  }

  private static let longestInMessage = 1000

  private func escapingInvisible(keepingLines: Bool) -> String {
    guard unicodeScalars.contains(where: { $0.isInvisible && !(keepingLines && ($0 == "\n" || $0 == "\t")) }) else {
      return self
    }
    var result = UnicodeScalarView()
    for scalar in unicodeScalars {
      switch scalar {
      case "\n" where !keepingLines: result.append(contentsOf: "\\n".unicodeScalars)
      case "\t" where !keepingLines: result.append(contentsOf: "\\t".unicodeScalars)
      case "\n", "\t": result.append(scalar)
      case "\r": result.append(contentsOf: "\\r".unicodeScalars)
      case _ where scalar.isInvisible:
        result.append(contentsOf: "\\u{\(String(scalar.value, radix: 16, uppercase: true))}".unicodeScalars)
      default: result.append(scalar)
      }
    }
    return String(result)
  }
}

/// One line for a terminal: the location, what was found there, and what would be valid.
public func message(at location: String, found: String, expected: String) -> String {
  "\(location.inMessage): found \(found.inMessage); expected \(expected.inMessage)"
}
