// Prints the PCI buses of a domain with the devices on them, of three kinds, and marks places that several have.
package main

import (
	_ "embed"
	"fmt"
	"log"
	"sort"

	"libvirt.org/go/libvirtxml"
)

//go:embed server.xml
var text string

type device struct {
	place string
	bus   uint
	name  string
}

func main() {
	var domain libvirtxml.Domain
	if err := domain.Unmarshal(text); err != nil {
		log.Fatal(err)
	}
	var devices []device
	count := map[string]int{}
	look := func(name string, address *libvirtxml.DomainAddress) {
		if address == nil || address.PCI == nil || address.PCI.Slot == nil {
			return
		}
		number := func(part *uint) uint {
			if part == nil {
				return 0
			}
			return *part
		}
		pci := address.PCI
		place := fmt.Sprintf("%04x:%02x:%02x.%x", number(pci.Domain), number(pci.Bus), *pci.Slot, number(pci.Function))
		count[place]++
		devices = append(devices, device{place, number(pci.Bus), name})
	}
	for at, disk := range domain.Devices.Disks {
		look(fmt.Sprintf("devices/disk[%d]", at+1), disk.Address)
	}
	for at, controller := range domain.Devices.Controllers {
		look(fmt.Sprintf("devices/controller[%d]", at+1), controller.Address)
	}
	for at, card := range domain.Devices.Interfaces {
		look(fmt.Sprintf("devices/interface[%d]", at+1), card.Address)
	}
	sort.Slice(devices, func(a, b int) bool { return devices[a].place < devices[b].place })
	for _, controller := range domain.Devices.Controllers {
		if controller.Type != "pci" || controller.Index == nil {
			continue
		}
		fmt.Printf("bus %d, %s\n", *controller.Index, controller.Model)
		for _, it := range devices {
			if it.bus != *controller.Index {
				continue
			}
			shared := ""
			if count[it.place] > 1 {
				shared = ", not alone"
			}
			fmt.Printf("  %s %s%s\n", it.place, it.name, shared)
		}
	}
}
