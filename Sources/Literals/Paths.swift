import Foundation

/// Paths as text; nothing here accesses a disk.
extension String {
  /// The parent folder of a path, like `dirname`: `.` for a plain name, and `/` for `/` itself.
  ///
  /// On Linux, `NSString.deletingLastPathComponent` crashes if the path has one character.
  public var parentFolder: String {
    let path = utf8.withoutTrailingSlashes
    guard let slash = path.lastIndex(of: UInt8(ascii: "/")) else { return utf8.first == UInt8(ascii: "/") ? "/" : "." }
    let folder = path[..<slash].withoutTrailingSlashes
    return folder.isEmpty ? "/" : String(Substring(folder))
  }

  /// The path with a leading `~` replaced by the user's home folder, as in a shell.
  ///
  /// A shell replaces the tilde only at the beginning of a word: not in `--storage=~/a.sqlite`, nor in YAML files.
  public var expandingHome: String { expandingHome(ProcessInfo.processInfo.environment["HOME"]) }

  /// The same for a given home folder. Without one, the path is unchanged; `~name` is never replaced.
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
