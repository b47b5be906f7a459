import Foundation

extension String {
  /// The text as one word of a shell's command line: in single quotes unless all its characters mean themselves.
  package var inShell: String {
    let plain = CharacterSet.alphanumerics.union(CharacterSet(charactersIn: "-_./@%+=:,"))
    if !isEmpty, unicodeScalars.allSatisfy(plain.contains) { return self }
    return "'" + replacingOccurrences(of: "'", with: "'\\''") + "'"
  }
}
