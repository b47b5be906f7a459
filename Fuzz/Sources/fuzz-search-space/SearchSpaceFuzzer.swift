import Fuzzing
import Literals
import Tuner

/// Reads the input as a parameter file.
///
/// What can be read, written again line by line, has to be the same space; a mistake has to be plain lines.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  unsafe attempt(bytes, count) { input in tryInput(&input) }
}

private func tryInput(_ input: inout Input) {
  let text = input.text()
  do throws(SearchSpaceError) {
    let space = try SearchSpace(parsing: text, file: "f")
    check(space)
  } catch {
    require(!error.problems.isEmpty, "an error without a problem")
    for problem in error.problems {
      require(isPlain(problem.description), "not plain: \(problem.description.debugDescription)")
    }
  }
}

private func check(_ space: SearchSpace) {
  let lines = space.parameters.map { "\($0.name) \($0.distribution.keyword) \(values(of: $0.distribution))" }
  let text = lines.joined(separator: "\n")
  guard let again = try? SearchSpace(parsing: text, file: "f") else { fatalError("\(text) cannot be read") }
  require(
    again.parameters.map(\.name) == space.parameters.map(\.name)
      && again.parameters.map(\.distribution) == space.parameters.map(\.distribution),
    "\(again) in place of \(space)")
  require((1...SearchSpace.largestGrid).contains(space.cellCount), "\(space.cellCount) cells")
  for parameter in space.parameters { _ = parameter.distribution.meaning }
  if space.cellCount <= 64, let grid = try? space.grid() {
    require(grid.count == space.cellCount, "\(grid.count) cells in place of \(space.cellCount)")
    require(Set(grid.map(\.canonical)).count == grid.count, "a cell twice")
  }
  let sampler = RandomSampler(space, seed: 1)
  if sampler.count ?? 1 > 0 { _ = sampler.draw(0) }
}

private func values(of distribution: Distribution) -> String {
  func number(_ value: Double) -> String { Literal.number(value).python }
  return switch distribution {
  case .choice(let values): Literal.list(values).python
  case .uniform(let low, let high), .logUniform(let low, let high), .logUniformBounds(let low, let high):
    "\(number(low)),\(number(high))"
  case .quantizedUniform(let low, let high, let step): "\(number(low)),\(number(high)),\(number(step))"
  }
}
