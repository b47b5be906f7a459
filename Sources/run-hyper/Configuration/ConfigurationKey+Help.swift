import Literals
import Model

extension ConfigurationKey {
  /// All keys by group with their meaning, values and defaults, in lines of at most `width` characters.
  ///
  /// The layout is that of ArgumentParser's options, which does not wrap within columns, so the lines must already fit.
  static func table(width: Int = 79) -> String {
    Group.allCases.map { group in
      let keys = Configuration.keys.filter { $0.group == group }
      return ([group.rawValue.uppercased() + " KEYS:"] + keys.flatMap { $0.lines(width: width) }).joined(
        separator: "\n")
    }.joined(separator: "\n\n")
  }

  private static let column = 26

  /// The key's name, followed by its description in a column of its own.
  private func lines(width: Int) -> [String] {
    var lines = ["  \(name)"]
    if lines[0].count < Self.column { lines[0] = lines[0].padding(to: Self.column) } else { lines.append(Self.indent) }
    for word in "\(summary) (\(type); default:".split(separator: " ").map(String.init) + defaultWords {
      if lines[lines.count - 1].count + word.count + 2 > width { lines.append(Self.indent) }
      lines[lines.count - 1] += (lines[lines.count - 1].count == Self.column ? "" : " ") + word
    }
    lines[lines.count - 1] += ")"
    return lines
  }

  private static let indent = String(repeating: " ", count: column)

  /// The default as typed on a command line.
  var shownDefault: String { defaultWords.joined(separator: " ") }

  /// The words of the default as typed on a command line; white space is quoted.
  private var defaultWords: [String] {
    switch defaultValue {
    case .text(let text): [text.contains(where: \.isWhitespace) ? defaultValue.python : text]
    case .null: ["null"]
    default: defaultValue.python.split(separator: " ").map(String.init)
    }
  }
}
