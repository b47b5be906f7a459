/// The words of a text, as a shell separates them.
enum ShellWords {
  /// The words; `nil` if a quote is not closed.
  ///
  /// Nothing is expanded: `$`, `*` and the like stand for themselves.
  static func split(_ text: String) -> [String]? {
    var words: [String] = []
    var word: String?
    var quote: Character?
    var rest = text[...]
    while let character = rest.popFirst() {
      switch character {
      case "\\" where quote != "'":
        guard let next = rest.popFirst() else { return nil }
        // Between double quotes, a backslash is only special before what it protects there.
        let isSpecial = quote == nil || next == "\"" || next == "\\"
        word = (word ?? "") + (isSpecial ? "" : "\\") + String(next)
      case _ where character == quote: quote = nil
      case "'" where quote == nil, "\"" where quote == nil:
        quote = character
        word = word ?? ""
      case _ where quote == nil && character.isWhitespace:
        if let finished = word { words.append(finished) }
        word = nil
      default: word = (word ?? "") + String(character)
      }
    }
    guard quote == nil else { return nil }
    return words + (word.map { [$0] } ?? [])
  }
}
