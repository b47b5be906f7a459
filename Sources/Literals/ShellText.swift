import Foundation

extension String {
  /// The text as one word of a shell command: in single quotes, unless every character stands for itself.
  ///
  /// Works on scalars: a quote followed by a combining mark is part of another character, but still ends the word.
  public var inShell: String {
    let plain = CharacterSet.alphanumerics.union(CharacterSet(charactersIn: "-_./@%+=:,"))
    if !isEmpty, unicodeScalars.allSatisfy(plain.contains) { return self }
    return "'" + unicodeScalars.map { $0 == "'" ? "'\\''" : String($0) }.joined() + "'"
  }
}
