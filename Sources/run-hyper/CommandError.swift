/// Why a command did not do what it was asked for, and the exit status that says so.
package enum CommandError: Error, Equatable, CustomStringConvertible {
  /// Wrong usage or input; nothing was started.
  case input(String)

  /// Something went wrong on the way.
  case failed(String)

  /// A signal ended it; the message says how to continue.
  case interrupted(String)

  package var description: String {
    switch self {
    case .input(let message), .failed(let message), .interrupted(let message): message
    }
  }

  /// 1, 2, or as shells give it for an interrupt, 128 + 2.
  package var exitStatus: Int32 {
    switch self {
    case .failed: 1
    case .input: 2
    case .interrupted: 130
    }
  }
}

/// Reads what people and files say: whatever is thrown in here is wrong input.
func reading<Value>(_ body: () throws -> Value) throws(CommandError) -> Value {
  do {
    return try body()
  } catch let error as CommandError {
    throw error
  } catch {
    throw .input("\(error)")
  }
}
