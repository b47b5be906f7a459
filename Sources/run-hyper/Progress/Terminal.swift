import Foundation

/// What the place can show to which a command writes its messages.
package struct Terminal: Equatable, Sendable {
  /// Whether lines can be drawn over.
  package let redraws: Bool

  /// Whether lines may have colors.
  package let hasColor: Bool

  package let glyphs: Glyphs

  /// The characters of bars and curves.
  package enum Glyphs: Sendable {
    case unicode
    case ascii
  }

  package init(redraws: Bool, hasColor: Bool, glyphs: Glyphs) {
    (self.redraws, self.hasColor, self.glyphs) = (redraws, hasColor, glyphs)
  }

  /// - Parameter isTerminal: Whether there is one at all.
  /// - Parameter environment: `TERM`, `NO_COLOR` (no-color.org), and the locale (locale(7)): `LC_ALL`, `LC_CTYPE`, `LANG`.
  package init(isTerminal: Bool, environment: [String: String]) {
    func value(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
    redraws = isTerminal && value("TERM").map { $0 != "dumb" } ?? false
    hasColor = redraws && value("NO_COLOR") == nil
    let locale = value("LC_ALL") ?? value("LC_CTYPE") ?? value("LANG")
    let isUTF8 = locale.map { locale in ["utf-8", "utf8"].contains { locale.lowercased().contains($0) } }
    // Where no locale is set, as in many containers, nobody has said that these characters are missing.
    glyphs = isUTF8 ?? true ? .unicode : .ascii
  }

  /// What standard error can show.
  static let current = Terminal(
    isTerminal: isatty(STDERR_FILENO) == 1, environment: ProcessInfo.processInfo.environment)
}
