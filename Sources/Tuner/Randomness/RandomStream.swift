/// The purposes of random numbers, which keep their streams separate.
enum RandomStream: UInt64 {
  case order = 1
  case draw, proposal, bracket
}
