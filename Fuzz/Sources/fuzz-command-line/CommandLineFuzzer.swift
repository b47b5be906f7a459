import CommandLineReading
import Fuzzing
import Literals
import Model

/// Reads the input, as its first byte chooses, as the arguments of a command line, one on each line, as a target or as a time.
///
/// Configuration keys go on to the configuration; what that gives has to give itself again.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  unsafe attempt(bytes, count) { input in tryInput(&input) }
}

private func tryInput(_ input: inout Input) {
  let choice = input.choice(of: 8)
  let text = input.text()
  do throws(CommandError) {
    switch choice {
    case 0: _ = try TimeLimit(parsing: text).description
    case 1:
      let target = try Target(parsing: text)
      let again = try Target(parsing: target.description)
      require(again == target, "\(target) is not what it reads as")
    default:
      let arguments = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
      check(try CommandLineArguments(arguments))
    }
  } catch {
    require(isPlain(error.description), "not plain: \(error.description.debugDescription)")
  }
}

private func check(_ sorted: CommandLineArguments) {
  var settings: [(key: String, text: String)] = []
  for (flag, setting) in zip(sorted.parsed, sorted.parsed.dropFirst()) where flag == "--set" {
    let pieces = setting.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    if pieces.count == 2, !pieces[0].isEmpty { settings.append((String(pieces[0]), String(pieces[1]))) }
  }
  guard !settings.isEmpty else { return }
  do throws(ConfigurationError) {
    let configuration = try Configuration(layers: [try ConfigurationLayer(arguments: settings)])
    let values = Dictionary(configuration.values.map { ($0.key, $0.value) }) { $1 }
    let again = try Configuration(layers: [ConfigurationLayer(source: "again", canonical: values)])
    require(again == configuration, "\(again) in place of \(configuration)")
  } catch {
    for problem in error.problems {
      require(isPlain(problem.description), "not plain: \(problem.description.debugDescription)")
    }
  }
}
