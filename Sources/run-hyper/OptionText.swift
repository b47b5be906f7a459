import Foundation
import Literals
import Tuner

/// Processes the text of an option before a command receives it.
enum OptionText {
  /// The default database of studies.
  static let standardStorage = "studies/studies.sqlite"

  /// What a database on a PostgreSQL server looks like.
  static let uriForm = "postgresql://USER@HOST/DATABASE"

  /// Options that name one file or folder; the files of `--config_files` are separated later.
  private static let paths: Set<String> = [
    "params_file", "storage", "checkpoints", "to", "to_checkpoints", "output_file", "display_file", "save", "weights",
    "data_path", "users", "histories", "items",
  ]

  /// Options for which `None` means "not given", as in RecBole, where it is their default.
  private static let clearable: Set<String> = [
    "account", "at_most", "checkpoints", "config_files", "cpus", "data_path", "display_file", "early_stop",
    "first_rung", "from", "histories", "idle", "items", "jobs", "keep_weights", "max_evals", "memory", "metric",
    "output_file", "partition", "pruner", "reduction_factor", "repeats", "retry", "save", "size", "sort", "storage",
    "target", "threads", "time", "timeout",
    "to", "to_checkpoints", "tool", "trial", "users", "workers",
  ]

  /// The text for the command, or `nil` if the option counts as not given.
  ///
  /// - Parameter option: The name as documented, without dashes.
  /// - Throws: `CommandError.input` for a storage that is neither a path nor a URI of PostgreSQL, and for a folder of
  ///   checkpoints that is not a path.
  static func value(_ text: String, of option: String) throws(CommandError) -> String? {
    if clearable.contains(option), ["none", "null"].contains(text.lowercased()) { return nil }
    if ["storage", "to"].contains(option), let problem = storageProblem(text, of: option) { throw .input(problem) }
    if ["checkpoints", "to_checkpoints"].contains(option),
      text.isEmpty || text.prefixMatch(of: #/[A-Za-z][A-Za-z0-9.+\-]*:///#) != nil
    {
      // A URL may contain a password.
      throw .input(
        message(at: "--\(option)", found: text.isEmpty ? "no path" : "a URL", expected: "the path of a folder"))
    }
    return paths.contains(option) ? text.expandingHome : text
  }

  // MARK: - Databases that are not files

  /// Why a text can be neither the path of a database nor a URI of PostgreSQL, or `nil` if it can.
  ///
  /// Optuna and SQLAlchemy use URLs. As a path, `sqlite:///a.sqlite` would be a file in a folder `sqlite:`.
  private static func storageProblem(_ text: String, of option: String) -> String? {
    func problem(_ found: String, _ expected: String) -> String {
      message(at: "--\(option)", found: found, expected: expected)
    }
    if PostgreSQLLocation.isURI(text) { return nil }
    if text == ":memory:" { return problem("':memory:'", "the path of a file: a study is kept on disk") }
    guard let match = text.prefixMatch(of: #/([A-Za-z][A-Za-z0-9.+\-]*):(//)?/#) else { return nil }
    let scheme = match.output.1.lowercased()
    let kind = scheme.prefix { $0 != "+" }
    guard kind == "sqlite" || kind == "sqlite3" || match.output.2 != nil else { return nil }
    guard kind.hasPrefix("sqlite") || kind == "file" else {
      // The rest may contain a password.
      if kind.hasPrefix("postgres") { return problem("a URL that begins with '\(scheme)://'", uriForm) }
      return problem("a URL that begins with '\(scheme)://'", "the path of a file, such as \(standardStorage)")
    }
    // The third of three slashes ends the host in SQLAlchemy's URLs, but begins the path in file URLs.
    var rest = text[match.range.upperBound...].prefix { $0 != "?" && $0 != "#" }
    if kind.hasPrefix("sqlite"), match.output.2 != nil, rest.hasPrefix("/") { rest = rest.dropFirst() }
    let path = rest.isEmpty || rest == ":memory:" ? "such as \(standardStorage)" : "'\(rest)'"
    return problem("the URL '\(text)'", "the path of a file: \(path)")
  }
}
