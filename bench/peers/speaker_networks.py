"""The speaker networks as PyTorch runs them, for parity: needs torch, asteroid-filterbanks and librosa.

Started as a program by bench/speakers.py: SEGMENTATION ENCODER INPUT.npz OUTPUT.npz
"""

from __future__ import annotations

import pickle
import sys
from typing import Any

import librosa
import numpy as np
import torch
from asteroid_filterbanks import Encoder, ParamSincFB
from torch import nn
from torch.nn import functional


class Inert:
    """What a class that is not installed here becomes."""

    def __init__(self, *_: Any, **__: Any) -> None:
        pass

    def __setstate__(self, state: Any) -> None:
        pass


class Lenient:
    """A pickle module for torch.load, for a file whose digest was checked before."""

    class Unpickler(pickle.Unpickler):
        def find_class(self, module: str, name: str) -> Any:
            foreign = module.startswith(("pyannote", "omegaconf", "pytorch_lightning"))
            return Inert if foreign else super().find_class(module, name)

    load = staticmethod(pickle.load)
    dump = staticmethod(pickle.dump)


class SincNet(nn.Module):
    """pyannote.audio 2's models/blocks/sincnet.py, written from its description."""

    def __init__(self) -> None:
        super().__init__()
        self.wav_norm1d = nn.InstanceNorm1d(1, affine=True)
        bands = ParamSincFB(80, 251, stride=10, sample_rate=16000, min_low_hz=50, min_band_hz=50)
        self.conv1d = nn.ModuleList([Encoder(bands), nn.Conv1d(80, 60, 5), nn.Conv1d(60, 60, 5)])
        self.norm1d = nn.ModuleList([nn.InstanceNorm1d(n, affine=True) for n in (80, 60, 60)])

    def forward(self, sound: torch.Tensor) -> torch.Tensor:
        state = self.wav_norm1d(sound)
        for i, (convolve, norm) in enumerate(zip(self.conv1d, self.norm1d, strict=True)):
            state = convolve(state)
            if i == 0:
                state = torch.abs(state)
            state = functional.leaky_relu(norm(functional.max_pool1d(state, 3, stride=3)))
        return state


class Segmentation(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.sincnet = SincNet()
        self.lstm = nn.LSTM(60, 128, 4, bidirectional=True, batch_first=True)
        self.linear = nn.ModuleList([nn.Linear(256, 128), nn.Linear(128, 128)])
        self.classifier = nn.Linear(128, 3)

    def forward(self, sound: torch.Tensor) -> torch.Tensor:
        state, _ = self.lstm(self.sincnet(sound).transpose(1, 2))
        for layer in self.linear:
            state = functional.leaky_relu(layer(state))
        return torch.sigmoid(self.classifier(state))


def main(segmentation: str, encoder: str, given: str, out: str) -> None:
    torch.set_num_threads(1)
    arrays = np.load(given)
    network = Segmentation().eval()
    stored = torch.load(segmentation, map_location="cpu", weights_only=False, pickle_module=Lenient)
    network.load_state_dict(stored["state_dict"])
    recurrent, linear = nn.LSTM(40, 256, 3, batch_first=True), nn.Linear(256, 256)
    state = torch.load(encoder, map_location="cpu", weights_only=True)["model_state"]
    recurrent.load_state_dict({k[5:]: v for k, v in state.items() if k.startswith("lstm.")})
    linear.load_state_dict({k[7:]: v for k, v in state.items() if k.startswith("linear.")})
    mels = librosa.feature.melspectrogram(y=arrays["sound"], sr=16000, n_fft=400, hop_length=160, n_mels=40).T
    with torch.no_grad():
        activities = network(torch.from_numpy(arrays["windows"])[:, None]).numpy()
        _, (hidden, _) = recurrent(torch.from_numpy(arrays["mels"]))
        raw = torch.relu(linear(hidden[-1]))
        voices = (raw / torch.norm(raw, dim=1, keepdim=True)).numpy()
    np.savez(out, activities=activities, voices=voices, mels=mels.astype(np.float32))


if __name__ == "__main__":
    main(*sys.argv[1:5])
