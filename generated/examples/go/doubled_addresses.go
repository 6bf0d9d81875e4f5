// Finds PCI addresses that two devices have, of three kinds of devices: there is no list of all.
package main

import (
	_ "embed"
	"fmt"
	"log"

	"libvirt.org/go/libvirtxml"
)

//go:embed web.xml
var text string

func main() {
	var domain libvirtxml.Domain
	if err := domain.Unmarshal(text); err != nil {
		log.Fatal(err)
	}
	taken := map[string]string{}
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
		if first, there := taken[place]; there {
			fmt.Printf("%s: %s and %s\n", place, first, name)
		}
		taken[place] = name
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
}
