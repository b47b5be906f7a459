import Foundation
import Literals
import Tuner

/// The password of a database, in a file for the jobs of one submission.
///
/// `~/.run-hyper/slurm/MARK-NUMBER` is the user's alone, and has these files:
///
/// - `password`, as libpq reads it (`PGPASSFILE`),
/// - `job`, the number of the array,
/// - `ended-TASK`, for each task that will not run again.
struct JobPassword {
  let folder: String

  /// What the jobs use as their password: that of a URI, or else the environment's; `nil` if there is none.
  ///
  /// - Throws: `CommandError.input` if the URI has a password that a file cannot have.
  static func needed(for uri: String, environment: [String: String]) throws -> String? {
    guard PostgreSQLLocation.isURI(uri) else { return nil }
    let passwords = try PostgreSQLLocation(uri).passwords
    if let other = passwords.keys.first(where: { $0 != "password" }) {
      throw CommandError.input(
        message(
          at: "--storage", found: "\(other), which the jobs cannot get", expected: "a service file that has it"))
    }
    let password = passwords["password"] ?? environment["PGPASSWORD"].flatMap { $0.isEmpty ? nil : $0 }
    guard password?.contains(where: \.isNewline) != true else {
      throw CommandError.input(
        message(at: "--storage", found: "a password with a line break", expected: "one that a password file can have"))
    }
    return password
  }

  /// The folder of all passwords.
  static func root() throws(CommandError) -> String {
    guard let home = ProcessInfo.processInfo.environment["HOME"], home.hasPrefix("/") else {
      throw .input(message(at: "HOME", found: "no folder", expected: "a home folder for the password of the jobs"))
    }
    return "\(home)/.run-hyper/slurm"
  }

  /// The line of a password file: for any server, since the jobs have only this one.
  static func line(_ password: String) -> String {
    "*:*:*:*:" + password.replacing("\\", with: "\\\\").replacing(":", with: "\\:") + "\n"
  }

  /// Writes a password for the jobs of a study.
  init(_ password: String, for mark: StudyMark) throws {
    let root = try Self.root()
    folder = "\(root)/\(mark)-\(UUID().uuidString.prefix(8).lowercased())"
    let (manager, mine) = (FileManager.default, [FileAttributeKey.posixPermissions: 0o700])
    do {
      for place in [root.parentFolder, root, folder] {
        if !manager.fileExists(atPath: place) {
          try manager.createDirectory(atPath: place, withIntermediateDirectories: false, attributes: mine)
        }
        try manager.setAttributes(mine, ofItemAtPath: place)
      }
      let file = "\(folder)/password"
      guard
        manager.createFile(
          atPath: file, contents: Data(Self.line(password).utf8), attributes: [.posixPermissions: 0o600])
      else { throw CocoaError(.fileWriteUnknown) }
    } catch {
      throw CommandError.input(
        message(at: folder, found: "no place for the password of the jobs", expected: "a writable home folder"))
    }
  }

  private init(folder: String) { self.folder = folder }

  /// Says which array the password is for.
  func note(array: String) { _ = FileManager.default.createFile(atPath: "\(folder)/job", contents: Data(array.utf8)) }

  func remove() { try? FileManager.default.removeItem(atPath: folder) }

  // MARK: - Passwords of earlier submissions

  /// The array of this password; `nil` as long as it is being submitted.
  private var array: String? { try? String(contentsOfFile: "\(folder)/job", encoding: .utf8) }

  private static func all(of mark: StudyMark) -> [JobPassword] {
    guard let root = try? root() else { return [] }
    return ((try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []).filter { $0.hasPrefix("\(mark)-") }
      .map { JobPassword(folder: "\(root)/\($0)") }
  }

  /// Removes the passwords of arrays that have left the queue.
  ///
  /// - Parameter queue: The jobs in the queue.
  /// - Parameter cancelled: Arrays that were cancelled; others are left alone for a minute after their submission, since they may have
  ///   entered the queue after somebody looked.
  static func removeOld(of mark: StudyMark, queue: [QueuedJob], cancelled: Set<String> = []) {
    let queued = Set(queue.filter { $0.mark == mark }.map(\.array))
    for password in all(of: mark) {
      let array = password.array
      guard array.map({ !queued.contains($0) }) ?? queued.isEmpty else { continue }
      let changed = try? FileManager.default.attributesOfItem(atPath: password.folder)[.modificationDate] as? Date
      let age = changed.map { Date.now.timeIntervalSince($0) } ?? .infinity
      if array.map(cancelled.contains) == true || age > 60 { password.remove() }
    }
  }
}
