import Foundation
import Literals
import Locks

/// A command's output: results go to standard output, everything else to standard error.
///
/// Names and values come from files and databases of unknown origin, so of all control characters only newlines and tabs are
/// passed on to the terminal.
///
/// A reader that closes the pipe (`| head`) ends the output of a result quietly, and never ends a study: SIGPIPE is ignored,
/// so the write merely fails.
enum Output {
  /// Writes the lines of a result.
  ///
  /// If nobody reads any more, the process ends here, since the result was its only purpose.
  static func result(_ text: String, newLine: Bool = true) {
    if !write(text.visibleLines + (newLine ? "\n" : ""), to: STDOUT_FILENO) { exit(0) }
  }

  /// Writes a part of a long result, unchanged.
  ///
  /// If nobody reads any more, the process ends here.
  ///
  /// - Throws: `CommandError.failed` if the rest cannot be written for another reason, such as a full disk.
  static func stream(_ bytes: [UInt8]) throws(CommandError) {
    guard !write(bytes[...], to: STDOUT_FILENO) else { return }
    if errno == EPIPE { exit(0) }
    let reason = unsafe String(cString: strerror(errno)).lowercased()
    throw .failed("standard output: found \(reason); expected a place that takes the whole answer")
  }

  /// Whether messages are lines of JSON (`--progress=json`).
  static let writesJSON = Locked(false)

  /// Writes a message.
  static func note(_ text: String) { message("note", text) }

  private static func message(_ kind: String, _ text: String) {
    let isJSON = writesJSON.withLock { $0 }
    let line =
      isJSON ? JSONLine(time: Date.now.formatted(.iso8601), event: kind, text: text).line : text.visibleLines
    _ = write(line + "\n", to: STDERR_FILENO)
  }

  /// Writes why a command failed, one line for each problem; a line that repeats a very long input is cut.
  ///
  /// What was typed in a wrong place may be a URI with a password, so passwords are left out.
  static func error(_ text: String) {
    let lines = text.withoutPasswords.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    let shown = lines.map { $0.utf8.count > longestLine ? $0.inMessage : $0 }.joined(separator: "\n")
    message("error", writesJSON.withLock { $0 } ? shown : "error: \(shown)")
  }

  /// Bytes of a line that is still written whole.
  private static let longestLine = 2000

  /// Writes to standard error unchanged, without a newline, for control sequences.
  static func raw(_ text: String) {
    _ = write(text, to: STDERR_FILENO)
  }

  static var noteIsTerminal: Bool { isatty(STDERR_FILENO) == 1 }

  /// Columns and rows of the terminal on standard error; 80 and 24 if unknown.
  static var terminalSize: (width: Int, height: Int) { size(of: STDERR_FILENO) ?? (80, 24) }

  /// Columns of the terminal to which results go; `nil` if they go elsewhere, or if it does not say.
  static var resultWidth: Int? { isatty(STDOUT_FILENO) == 1 ? size(of: STDOUT_FILENO)?.width : nil }

  private static func size(of descriptor: Int32) -> (width: Int, height: Int)? {
    var size = winsize()
    guard unsafe ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else { return nil }
    return (Int(size.ws_col), Int(size.ws_row))
  }

  /// - Returns: Whether all of it was written.
  private static func write(_ text: String, to descriptor: Int32) -> Bool {
    write(Array(text.utf8)[...], to: descriptor)
  }

  private static func write(_ bytes: ArraySlice<UInt8>, to descriptor: Int32) -> Bool {
    var rest = bytes
    while !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes { unsafe Foundation.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0 {
        if errno == EINTR || errno == EAGAIN { continue }
        return false
      }
      rest = rest.dropFirst(count)
    }
    return true
  }
}
