import Foundation
import Glibc
import Literals

/// The secret part of the address, which only those know who may read the user's files.
package struct DashboardToken: Sendable {
  package let text: String

  /// Why the next run will have another one; `nil` if it is kept.
  package let obstacle: String?

  /// The number of characters that stand for 32 random bytes.
  private static let length = 43

  /// The user's token, which is made and kept if there is none.
  ///
  /// - Parameter environment: The process's, for the folder of settings.
  package init(environment: [String: String]) {
    guard let folder = Self.folder(environment) else {
      self.init(text: Self.random(), obstacle: "found no folder for settings; expected HOME or XDG_CONFIG_HOME")
      return
    }
    let file = "\(folder)/dashboard-token"
    if let kept = Self.kept(in: file) {
      self.init(text: kept, obstacle: nil)
      return
    }
    let new = Self.random()
    let isKept = Self.write(new, to: file, in: folder)
    // Another process may have been faster.
    self.init(
      text: isKept ? Self.kept(in: file) ?? new : new,
      obstacle: isKept
        ? nil : message(at: file, found: "a file that cannot be written", expected: "a writable folder for settings"))
  }

  private init(text: String, obstacle: String?) { (self.text, self.obstacle) = (text, obstacle) }

  /// The program's folder of settings; `nil` if nothing says where it is.
  ///
  /// Source: XDG Base Directory Specification 0.8; a path that is not absolute is ignored.
  private static func folder(_ environment: [String: String]) -> String? {
    if let folder = environment["XDG_CONFIG_HOME"], folder.hasPrefix("/") { return "\(folder)/run-hyper" }
    if let home = environment["HOME"], home.hasPrefix("/") { return "\(home)/.config/run-hyper" }
    return nil
  }

  /// A token in a file that is this user's and nobody else's.
  private static func kept(in file: String) -> String? {
    let descriptor = unsafe open(file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_uid == geteuid(),
      status.st_mode & 0o077 == 0
    else { return nil }
    var bytes = [UInt8](repeating: 0, count: length + 2)
    let count = unsafe read(descriptor, &bytes, bytes.count)
    let text = String(decoding: bytes.prefix(max(count, 0)), as: UTF8.self).trimmingCharacters(in: .newlines)
    return text.utf8.count == length && text.wholeMatch(of: #/[A-Za-z0-9_-]+/#) != nil ? text : nil
  }

  /// Writes a token that nobody else may read; one of another process that came first stays.
  private static func write(_ token: String, to file: String, in folder: String) -> Bool {
    let manager = FileManager.default
    let mine = [FileAttributeKey.posixPermissions: 0o700]
    do { try manager.createDirectory(atPath: folder, withIntermediateDirectories: true, attributes: mine) } catch {
      return false
    }
    // What is there cannot be used, or `kept` would have found it.
    let aside = "\(file).\(getpid())"
    unsafe unlink(aside)
    let descriptor = unsafe open(aside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { return false }
    defer { unsafe unlink(aside) }
    let bytes = Array("\(token)\n".utf8)
    let count = unsafe Glibc.write(descriptor, bytes, bytes.count)
    let isWhole = close(descriptor) == 0 && count == bytes.count
    guard isWhole else { return false }
    return unsafe link(aside, file) == 0 || kept(in: file) != nil || rename(aside, file) == 0
  }

  private static func random() -> String {
    var generator = SystemRandomNumberGenerator()
    let bytes = (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    let text = Data(bytes).base64EncodedString()
    return text.replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
  }
}
