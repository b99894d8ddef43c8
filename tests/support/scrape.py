"""A bot's metrics, as Prometheus asks for them."""

from collections.abc import Iterator
from dataclasses import dataclass

import httpx
from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

TOKEN = "only-prometheus-has-this"


@dataclass(frozen=True)
class Scrape:
    """The answers of one process or several at the same time."""

    texts: list[str]

    @property
    def families(self) -> Iterator[Metric]:
        for text in self.texts:
            yield from text_string_to_metric_families(text)

    def samples(self, name: str, **labels: str) -> list[Sample]:
        return [
            sample
            for family in self.families
            for sample in family.samples
            if sample.name == name and labels.items() <= sample.labels.items()
        ]

    def counted(self, name: str, **labels: str) -> float:
        """The sum over all processes."""
        return sum(sample.value for sample in self.samples(name, **labels))

    def gauge(self, name: str, **labels: str) -> float | None:
        """The value that all processes report, None without one."""
        values = [sample.value for sample in self.samples(name, **labels)]
        return max(values, default=None)


async def scrape(*urls: str) -> Scrape:
    async with httpx.AsyncClient(headers={"authorization": f"Bearer {TOKEN}"}) as http:
        answers = [await http.get(f"{url}/metrics") for url in urls]
    assert [answer.status_code for answer in answers] == [200] * len(urls)
    return Scrape([answer.text for answer in answers])
