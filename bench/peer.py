"""The peer of the measurements: the same biaxial LSTM in PyTorch, as one would write it well.

    peer.py train    --threads K --precision f32|bf16 [--compile] --batch B --steps T --time-units 200,200 --note-units 100,100
    peer.py generate --threads K --precision f32|bf16|int8 --batch B --steps S …

Prints one JSON object. nn.LSTM on both axes, teacher forcing along the notes, dropout 0.5 after every LSTM layer, gradient clipping, Adadelta; features
are made from the frames by tensor operations, inside the step. int8, for generating alone, is PyTorch's own dynamic quantisation. Runs on PyTorch 1.13 (Debian) and on any newer one.
"""
import argparse
import contextlib
import json
import math
import resource
import sys
import time

import torch
from torch import nn
import torch.nn.functional as F

N, LOW, WINDOW = 78, 24, 25


def features(frames, phase):
    """frames (T, B, N, 2) of the step before, phase (T, B, 4), start (T, B) folded in as 0 -> (T, B, N, 80)."""
    T, B = frames.shape[:2]
    half = WINDOW // 2
    padded = F.pad(frames, (0, 0, half, half))  # (T, B, N + 24, 2)
    window = padded.unfold(2, WINDOW, 1).reshape(T, B, N, 2 * WINDOW)
    pitch = torch.arange(N, device=frames.device)
    position = (pitch / (N - 1)).expand(T, B, N).unsqueeze(-1)
    classes = F.one_hot((pitch + LOW) % 12, 12).to(frames.dtype)  # (N, 12)
    counts = frames[..., 0] @ classes  # (T, B, 12) sounding notes per pitch class
    relative = (torch.arange(12, device=frames.device)[None, :] + (pitch + LOW)[:, None]) % 12  # (N, 12)
    context = counts[:, :, relative]
    beat = phase.unsqueeze(2).expand(T, B, N, 4)
    start = torch.zeros(T, B, N, 1, dtype=frames.dtype, device=frames.device)
    return torch.cat([position, classes.expand(T, B, N, 12), window, context, beat, start], -1)


class Biaxial(nn.Module):
    def __init__(self, time_units, note_units, dropout=0.5):
        super().__init__()
        sizes = [80] + time_units
        self.time = nn.ModuleList(nn.LSTM(a, b) for a, b in zip(sizes, sizes[1:]))
        sizes = [time_units[-1] + 2] + note_units
        self.note = nn.ModuleList(nn.LSTM(a, b) for a, b in zip(sizes, sizes[1:]))
        self.head = nn.Linear(note_units[-1], 2)
        self.drop = nn.Dropout(dropout)

    def forward(self, frames, phase):
        """frames (T + 1, B, N, 2) -> nats per time step."""
        T, B = frames.shape[0] - 1, frames.shape[1]
        before, target = frames[:-1], frames[1:]
        h = features(before, phase).reshape(T, B * N, 80)
        for layer in self.time:
            h = self.drop(layer(h)[0])
        h = h.reshape(T * B, N, -1).transpose(0, 1)  # (N, T B, H)
        lower = F.pad(target, (0, 0, 1, 0))[:, :, :-1].reshape(T * B, N, 2).transpose(0, 1)
        h = torch.cat([h, lower.to(h.dtype)], -1)
        for layer in self.note:
            h = self.drop(layer(h)[0])
        logits = self.head(h).float().transpose(0, 1).reshape(T, B, N, 2)
        nats = F.binary_cross_entropy_with_logits(logits, target, reduction="none")
        counted = torch.stack([torch.ones_like(target[..., 0]), target[..., 0] * before[..., 0]], -1)
        return (nats * counted).sum() / (T * B)


def random_music(T, B, device="cpu"):
    generator = torch.Generator().manual_seed(1)
    play = (torch.rand(T + 1, B, N, generator=generator) < 0.05).float()
    articulate = play * (torch.rand(T + 1, B, N, generator=generator) < 0.5).float()
    angle = torch.arange(T).float()[:, None].expand(T, B)
    phase = torch.stack([torch.sin(angle), torch.cos(angle), torch.sin(4 * angle), torch.cos(4 * angle)], -1)
    return torch.stack([play, articulate], -1).to(device), phase.to(device)


def train(args):
    device = args.device
    model = Biaxial(args.time_units, args.note_units).to(device)
    optimiser = torch.optim.Adadelta(model.parameters(), lr=1.0, rho=0.95)
    frames, phase = random_music(args.steps, args.batch, device)
    run = torch.compile(model) if args.compile else model
    cuda = device == "cuda"
    half = args.precision == "bf16"
    if cuda:
        torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = True

    def step():
        optimiser.zero_grad(set_to_none=True)
        with torch.autocast(device, torch.bfloat16) if half else contextlib.nullcontext():
            loss = run(frames, phase)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 5.0)
        optimiser.step()
        return loss

    for _ in range(args.warmup):
        step()
    times = []
    for _ in range(args.repeats):
        if cuda:
            torch.cuda.synchronize()
        begun = time.perf_counter()
        loss = step()
        if cuda:
            torch.cuda.synchronize()
        times.append(time.perf_counter() - begun)
    times.sort()
    median = times[len(times) // 2]
    assert math.isfinite(loss.item())
    return {"seconds": median, "note_steps_per_second": args.batch * args.steps * N / median, "times": times}


@torch.inference_mode()
def generate(args):
    device = args.device
    model = Biaxial(args.time_units, args.note_units).to(device).eval()
    model.head.bias[0] = math.log(0.05 / 0.95)  # as much sounds as in music; it is all the same to this program
    if args.precision == "bf16":
        model = model.bfloat16()
    kind = next(model.parameters()).dtype
    B = args.batch
    time_state = [None] * len(model.time)
    frame = torch.zeros(1, B, N, 2, device=device)
    phase = torch.zeros(1, B, 4, device=device)
    cells = []
    for layer in model.note:
        cell = nn.LSTMCell(layer.input_size, layer.hidden_size).to(device, kind)
        cell.load_state_dict({name[:-3]: value for name, value in layer.state_dict().items()})
        cells.append(cell)
    if args.precision == "int8":
        from torch.ao.quantization import quantize_dynamic
        kinds = {nn.LSTM, nn.LSTMCell, nn.Linear}
        model = quantize_dynamic(model, kinds, dtype=torch.qint8)
        cells = list(quantize_dynamic(nn.ModuleList(cells), kinds, dtype=torch.qint8))

    def step():
        nonlocal frame
        h = features(frame, phase).reshape(1, B * N, 80).to(kind)
        for k, layer in enumerate(model.time):
            h, time_state[k] = layer(h, time_state[k])
        h = h.reshape(B, N, -1)
        states = [(torch.zeros(B, c.hidden_size, device=device, dtype=kind),) * 2 for c in cells]
        lower = torch.zeros(B, 2, device=device, dtype=kind)
        notes = []
        uniform = torch.rand(N, B, 2, device=device)
        for n in range(N):
            x = torch.cat([h[:, n], lower], -1)
            for k, cell in enumerate(cells):
                states[k] = cell(x, states[k])
                x = states[k][0]
            lower = (uniform[n] < torch.sigmoid(model.head(x))).to(kind)
            lower = lower * lower[:, :1]
            notes.append(lower)
        frame = torch.stack(notes, 1).float().unsqueeze(0)

    for _ in range(args.warmup):
        step()
    times = []
    for _ in range(args.repeats):
        begun = time.perf_counter()
        step()
        if device == "cuda":
            torch.cuda.synchronize()
        times.append(time.perf_counter() - begun)
    times.sort()
    median = times[len(times) // 2]
    return {"seconds": median, "ms_per_step": 1000 * median, "times": times}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=["train", "generate"])
    units = lambda text: [int(word) for word in text.split(",")]
    parser.add_argument("--time-units", type=units, default=[200, 200])
    parser.add_argument("--note-units", type=units, default=[100, 100])
    parser.add_argument("--batch", type=int, default=10)
    parser.add_argument("--steps", type=int, default=128)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--precision", choices=["f32", "bf16", "int8"], default="f32")
    parser.add_argument("--compile", action="store_true")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--warmup", type=int, default=1)
    parser.add_argument("--repeats", type=int, default=3)
    args = parser.parse_args()
    if args.what == "train" and args.precision == "int8":
        parser.error("int8 is for generating")
    torch.set_num_threads(args.threads)
    torch.manual_seed(1)
    begun = time.perf_counter()
    result = {"train": train, "generate": generate}[args.what](args)
    result.update(torch=torch.__version__, threads=args.threads, precision=args.precision, compiled=args.compile,
                  batch=args.batch, steps=args.steps, whole_seconds=time.perf_counter() - begun,
                  peak_mib=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    if args.device == "cuda":
        result.update(card=torch.cuda.get_device_name(), cuda=torch.version.cuda, cudnn=torch.backends.cudnn.version())
    json.dump(result, sys.stdout)
    print()


if __name__ == "__main__":
    main()
