import Literals

/// A command line of bash as it is typed, up to the cursor.
///
/// Quotes are read as bash reads them. Nothing is expanded and nothing is run, whatever stands there. Works on scalars: a quote followed by
/// a combining mark is part of another character, but still a quote.
struct ShellLine {
  /// The words before the one at the cursor, without quotes; the program's name is the first.
  private(set) var words: [String] = []

  /// The word at the cursor, without quotes.
  var current: String { String(word) }

  /// Whether the word at the cursor is the file of a redirection.
  private(set) var isRedirected = false

  private var word = String.UnicodeScalarView()
  private var hasWord = false

  /// The quote in which the cursor is, and how long the word was before it.
  private var quote: (mark: Unicode.Scalar, position: Int)?

  /// The length of the word up to its last character at which bash begins a new one.
  private var breakPosition = 0

  /// - Parameter wordBreaks: The value of COMP_WORDBREAKS.
  init(_ line: String, wordBreaks: String) {
    var rest = line.unicodeScalars[...]
    while let scalar = rest.popFirst() {
      if let mark = quote?.mark {
        if scalar == mark {
          quote = nil
        } else if scalar == "\\", mark == "\"", let next = rest.first, Self.special.contains(next) {
          word.append(rest.removeFirst())
        } else {
          word.append(scalar)
        }
        continue
      }
      switch scalar {
      case "'", "\"": (quote, hasWord) = ((scalar, word.count), true)
      case "\\":
        hasWord = true
        if let next = rest.popFirst() { word.append(next) }
      case " ", "\t", "\n": endWord()
      case "<", ">":
        endWord()
        isRedirected = true
      case "(" where word.last == "$" && Self.end(ofGroup: rest) != nil:
        let end = Self.end(ofGroup: rest) ?? rest.endIndex
        word.append(scalar)
        word.append(contentsOf: rest[..<end])
        rest = rest[end...]
      case "|", ";", "&", "(":
        endWord()
        (words, isRedirected) = ([], false)
      default:
        hasWord = true
        word.append(scalar)
        // An at sign, which begins the name of a host, belongs to the part that bash replaces.
        if wordBreaks.unicodeScalars.contains(scalar) { breakPosition = word.count - (scalar == "@" ? 1 : 0) }
      }
    }
  }

  /// The place after the parenthesis that closes a command substitution; `nil` if the cursor is in it.
  private static func end(ofGroup rest: Substring.UnicodeScalarView) -> Substring.UnicodeScalarView.Index? {
    var depth = 1
    for index in rest.indices {
      depth += rest[index] == "(" ? 1 : rest[index] == ")" ? -1 : 0
      if depth == 0 { return rest.index(after: index) }
    }
    return nil
  }

  private mutating func endWord() {
    guard hasWord else { return }
    if !isRedirected { words.append(current) }
    (word, hasWord, breakPosition, isRedirected) = (.init(), false, 0, false)
  }

  /// What bash puts in after the part of the word that it leaves alone.
  ///
  /// - Returns: `nil` for a text that quotes cannot say, or that does not begin as the word at the cursor.
  func insertion(of text: String) -> String? {
    let scalars = text.unicodeScalars
    let kept = word.prefix(quote?.position ?? breakPosition)
    guard scalars.starts(with: kept), !scalars.contains(where: \.isInvisible) else { return nil }
    let rest = scalars.dropFirst(kept.count)
    switch quote?.mark {
    case "'": return rest.contains("'") ? nil : String(rest)
    // An exclamation mark would call the history, and a backslash before it would stay.
    case "\"": return rest.contains("!") ? nil : Self.escaping(rest, where: Self.special.contains)
    default: return Self.escaping(rest) { !Self.isPlain($0) }
    }
  }

  /// Whether the word at the cursor is in quotes, which bash closes.
  var isQuoted: Bool { quote != nil }

  /// What a backslash takes the meaning from in double quotes.
  private static let special: [Unicode.Scalar] = ["$", "`", "\"", "\\"]

  private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "a"..."z", "A"..."Z", "0"..."9", "-", "_", ".", "/", "@", "%", "+", "=", ":", ",": true
    default: !scalar.isASCII
    }
  }

  private static func escaping(
    _ scalars: some Sequence<Unicode.Scalar>, where needsBackslash: (Unicode.Scalar) -> Bool
  ) -> String {
    var text = String.UnicodeScalarView()
    for scalar in scalars {
      if needsBackslash(scalar) { text.append("\\") }
      text.append(scalar)
    }
    return String(text)
  }
}
