import Foundation

/// Paths as text: nothing here looks at a disk.
extension String {
  /// The folder that a path lies in, as `dirname` gives it: `.` for a plain name, and `/` for `/` itself.
  ///
  /// `NSString.deletingLastPathComponent` ends the process on Linux when the path has one character.
  public var parentFolder: String {
    let path = utf8.withoutTrailingSlashes
    guard let slash = path.lastIndex(of: UInt8(ascii: "/")) else { return utf8.first == UInt8(ascii: "/") ? "/" : "." }
    let folder = path[..<slash].withoutTrailingSlashes
    return folder.isEmpty ? "/" : String(Substring(folder))
  }

  /// The path with a leading `~` replaced by the user's home folder, as a shell does it.
  ///
  /// A shell does so only where the tilde begins a word: in `--storage=~/a.sqlite` it stays, and so it does in a YAML file.
  public var expandingHome: String { expandingHome(ProcessInfo.processInfo.environment["HOME"]) }

  /// The same for a given home folder; without one, the path stays as it is, and so does `~name`.
  public func expandingHome(_ home: String?) -> String {
    guard let home, !home.isEmpty, utf8.first == UInt8(ascii: "~") else { return self }
    let rest = Substring(utf8.dropFirst())
    guard rest.isEmpty || rest.utf8.first == UInt8(ascii: "/") else { return self }
    return String(Substring(home.utf8.withoutTrailingSlashes)) + rest
  }
}

extension BidirectionalCollection<UInt8> where SubSequence == Substring.UTF8View {
  fileprivate var withoutTrailingSlashes: Substring.UTF8View {
    self[..<(lastIndex { $0 != UInt8(ascii: "/") }.map { index(after: $0) } ?? startIndex)]
  }
}
