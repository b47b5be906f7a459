import Literals

/// A line of parts, of which whole ones are left out until the rest fits.
struct FittedLine {
  private struct Part {
    let text: String
    let rank: Int
    let separator: String

    /// What it belongs to, if that is a list.
    let list: String?
  }

  private var parts: [Part] = []

  /// - Parameter rank: What is left out first: the part with the highest rank, and of these the last; a part of rank 0 stays.
  mutating func add(_ text: String, rank: Int, separator: String = "  ") {
    if !text.isEmpty { parts.append(Part(text: text, rank: rank, separator: separator, list: nil)) }
  }

  /// Adds elements of a list, between which there is one space.
  mutating func add(_ elements: [(text: String, rank: Int)], of list: String) {
    parts += elements.map { Part(text: $0.text, rank: $0.rank, separator: "  ", list: list) }
  }

  /// The line, of at most `width` columns.
  func text(width: Int) -> String {
    var rest = parts
    while Self.joined(rest).count > width, let rank = rest.map(\.rank).max(), rank > 0,
      let index = rest.lastIndex(where: { $0.rank == rank })
    {
      rest.remove(at: index)
    }
    return Self.joined(rest).cut(to: width)
  }

  private static func joined(_ parts: [Part]) -> String {
    var line = ""
    for (index, part) in parts.enumerated() {
      let isNext = index > 0 && part.list != nil && part.list == parts[index - 1].list
      line += (index == 0 ? "" : isNext ? " " : part.separator) + part.text
    }
    return line
  }
}
