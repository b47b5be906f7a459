import Tuner

/// Why a command did not succeed, with its exit status.
package enum CommandError: Error, Equatable, CustomStringConvertible {
  /// Wrong usage or input; nothing was started.
  case input(String)

  /// Something failed on the way.
  case failed(String)

  /// A signal ended it; the message says how to resume.
  case interrupted(String)

  package var description: String {
    switch self {
    case .input(let message), .failed(let message), .interrupted(let message): message
    }
  }

  /// 1, 2, or 130: 128 + SIGINT, as in shells.
  package var exitStatus: Int32 {
    switch self {
    case .failed: 1
    case .input: 2
    case .interrupted: 130
    }
  }
}

/// Reads and checks input: every error thrown by `body` counts as wrong input.
func reading<Value>(_ body: () throws -> Value) throws(CommandError) -> Value {
  do {
    return try body()
  } catch let error as CommandError {
    throw error
  } catch let error as MisplacedDatabase {
    // Something has started: the database that it is about.
    throw .failed("\(error)")
  } catch {
    throw .input("\(error)")
  }
}
