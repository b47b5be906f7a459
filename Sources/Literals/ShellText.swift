import Foundation

extension String {
  /// The text as one word of a shell's command line: in single quotes unless all its characters mean themselves.
  ///
  /// Goes by scalars: with a combining mark behind it a quote is part of another character, and still ends the word.
  public var inShell: String {
    let plain = CharacterSet.alphanumerics.union(CharacterSet(charactersIn: "-_./@%+=:,"))
    if !isEmpty, unicodeScalars.allSatisfy(plain.contains) { return self }
    return "'" + unicodeScalars.map { $0 == "'" ? "'\\''" : String($0) }.joined() + "'"
  }
}
