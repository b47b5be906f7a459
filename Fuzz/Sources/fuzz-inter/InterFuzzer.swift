import Foundation
import Fuzzing
import Model

/// A folder in memory with the files of one dataset.
private struct Place {
  let folder: String

  init() {
    folder = "/dev/shm/run-hyper-fuzz-\(getpid())"
    try? FileManager.default.createDirectory(atPath: "\(folder)/toy", withIntermediateDirectories: true)
    put(Array("item_id:token\na\nb\nc\n".utf8), to: "toy.item")
  }

  func put(_ bytes: [UInt8], to name: String = "toy.inter") {
    let descriptor = unsafe open("\(folder)/toy/\(name)", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    defer { close(descriptor) }
    let count = unsafe bytes.withUnsafeBytes { unsafe write(descriptor, $0.baseAddress, $0.count) }
    guard count == bytes.count else { fatalError("\(folder)/toy/\(name) cannot be written") }
  }
}

private let place = Place()

/// Reads the input as a table of interactions; its first bytes choose settings.
///
/// What can be read, written again as a plain table, has to give the same sequences; a mistake has to be a plain line.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  unsafe attempt(bytes, count) { input in tryInput(&input) }
}

private func tryInput(_ input: inout Input) {
  let configuration = settings(&input)
  let table = input.bytes()
  place.put(table)
  do throws(DataError) {
    let (dataset, report) = try SequenceDataset.load(configuration)
    check(dataset)
    require(report.warnings.allSatisfy(isPlain), "not plain: \(report.warnings)")
    require(DatasetStatistics(dataset, report).trainCount == dataset.train.count, "other samples in the statistics")
    // Samples with all their items' names take far more memory than the table.
    guard table.count < 1 << 16 else { return }
    place.put(text(of: dataset))
    var plain = DatasetConfiguration()
    plain.name = configuration.name
    plain.dataPaths = configuration.dataPaths
    let again = try SequenceDataset.load(plain).dataset
    require(sequences(again) == sequences(dataset), "\(sequences(again)) in place of \(sequences(dataset))")
  } catch {
    require(isPlain(error.description), "not plain: \(error.description.debugDescription)")
  }
}

private func settings(_ input: inout Input) -> DatasetConfiguration {
  var configuration = DatasetConfiguration()
  configuration.name = "toy"
  configuration.dataPaths = [place.folder]
  let flags = input.byte()
  configuration.fieldSeparator = ["\t", ",", " ", "::"][Int(flags & 3)]
  configuration.timePrecision = flags & 4 == 0 ? .exact : .float32
  configuration.normalizesAll = flags & 8 != 0
  configuration.duplicates = [.keepAll, .keepAll, .keepFirst, .keepLast][Int(flags >> 4 & 3)]
  if flags & 64 != 0 { configuration.loadedColumns = nil }
  if flags & 128 != 0 {
    configuration.userCountInterval = Intervals(parsing: "[2,9)")
    configuration.itemCountInterval = Intervals(parsing: "(1,inf)")
    configuration.valueFilters = ["timestamp": .intervals(Intervals(parsing: "[0,1e9];(-5,-1)")!)]
  }
  return configuration
}

private func check(_ dataset: SequenceDataset) {
  for tokens in [dataset.userTokens, dataset.itemTokens] {
    require(Set(tokens.dropFirst().map { Array($0.utf8) }).count == tokens.count - 1, "a token twice")
  }
  for sample in dataset.train + dataset.valid + dataset.test {
    let history = dataset.history(of: sample)
    require((1...dataset.maximumLength).contains(history.count), "a history of \(history.count)")
    require(dataset.userTokens.indices.contains(Int(sample.user)), "user \(sample.user)")
    for item in history + [dataset.target(of: sample)] {
      require((1..<Int32(dataset.itemCount)).contains(item), "item \(item) of \(dataset.itemCount)")
    }
  }
}

/// What the samples say, by name and in no certain order of users.
private func sequences(_ dataset: SequenceDataset) -> [[UInt8]: [[[UInt8]]]] {
  func named(_ sample: Sample) -> [[UInt8]] {
    (dataset.history(of: sample) + [dataset.target(of: sample)]).map { Array(dataset.itemTokens[Int($0)].utf8) }
  }
  var sequences: [[UInt8]: [[[UInt8]]]] = [:]
  for sample in dataset.train + dataset.valid + dataset.test {
    sequences[Array(dataset.userTokens[Int(sample.user)].utf8), default: []].append(named(sample))
  }
  return sequences
}

/// A table that gives the dataset again: a row for each item of each user's longest sample, in order.
private func text(of dataset: SequenceDataset) -> [UInt8] {
  func quoted(_ text: String) -> String {
    "\"" + text.unicodeScalars.map { $0 == "\"" ? "\"\"" : String($0) }.joined() + "\""
  }
  var text = "user_id:token\titem_id:token\ttimestamp:float\n"
  var time = 0
  for sample in dataset.train + dataset.valid + dataset.test {
    let user = quoted(dataset.userTokens[Int(sample.user)])
    let items = (sample.length == 1 ? dataset.history(of: sample) : []) + [dataset.target(of: sample)]
    for item in items {
      text += "\(user)\t\(quoted(dataset.itemTokens[Int(item)]))\t\(time)\n"
      time += 1
    }
  }
  return Array(text.utf8)
}
