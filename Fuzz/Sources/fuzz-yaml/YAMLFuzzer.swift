import Fuzzing
import Literals
import Model

/// Reads the input as a configuration file.
///
/// A configuration's values have to give the same configuration again; a mistake has to be plain lines.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  unsafe attempt(bytes, count) { input in tryInput(&input) }
}

private func tryInput(_ input: inout Input) {
  let text = input.text()
  var layer: ConfigurationLayer?
  do throws(ConfigurationError) {
    layer = try ConfigurationLayer(yaml: text, file: "f")
  } catch {
    check(error)
  }
  guard let layer else { return }
  do throws(ConfigurationError) {
    let configuration = try Configuration(layers: [layer])
    require(configuration.notes.allSatisfy(isPlain), "not plain: \(configuration.notes)")
    let values = Dictionary(configuration.values.map { ($0.key, $0.value) }) { $1 }
    guard let again = try? Configuration(layers: [ConfigurationLayer(source: "again", canonical: values)]) else {
      fatalError("\(values) cannot be read")
    }
    require(again == configuration, "\(again) in place of \(configuration)")
  } catch {
    check(error)
  }
}

private func check(_ error: ConfigurationError) {
  require(!error.problems.isEmpty, "an error without a problem")
  for problem in error.problems {
    require(isPlain(problem.description), "not plain: \(problem.description.debugDescription)")
  }
}
