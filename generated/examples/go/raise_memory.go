// Raises the memory of a domain, as far as its limit and its NUMA cells allow; of units it knows three.
package main

import (
	_ "embed"
	"fmt"
	"log"

	"libvirt.org/go/libvirtxml"
)

//go:embed server.xml
var text string

func kib(value uint, unit string) uint {
	switch unit {
	case "GiB":
		return value << 20
	case "MiB":
		return value << 10
	default:
		return value
	}
}

func main() {
	var domain libvirtxml.Domain
	if err := domain.Unmarshal(text); err != nil {
		log.Fatal(err)
	}
	wanted := libvirtxml.DomainMemory{Value: 8, Unit: "GiB"}
	most := domain.MaximumMemory
	if most != nil && kib(wanted.Value, wanted.Unit) > kib(most.Value, most.Unit) {
		log.Fatal("more than the limit")
	}
	if domain.CPU != nil && domain.CPU.Numa != nil {
		for at := range domain.CPU.Numa.Cell {
			domain.CPU.Numa.Cell[at].Memory *= 2
		}
	}
	domain.CurrentMemory = nil
	domain.Memory = &wanted
	xml, err := domain.Marshal()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(xml)
}
