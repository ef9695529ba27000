"""The five tools that an agent has; plain functions, which are made activities or Strands tools where they are used."""

from __future__ import annotations

from .text import found


async def search_orders(query: str, customer: str, limit: int = 20) -> str:
    """Search the orders of a customer by words in their items, notes and shipping addresses.

    Use it before answering any question about an order. The newest orders come first.

    Args:
        query: Words to look for; an order is found when it has at least one of them.
        customer: The customer's id, such as C-000123, as the user or another tool gave it.
        limit: How many orders to return at most, from 1 to 100.
    """
    return found(query)


async def get_customer(customer: str, with_addresses: bool = False) -> str:
    """Look up a customer's master data: name, language, segment, and since when they are a customer.

    Args:
        customer: The customer's id, such as C-000123.
        with_addresses: Whether to include billing and shipping addresses, which are personal data.
    """
    return found(customer)


async def check_stock(product: str, warehouse: str, quantity: int) -> str:
    """Check whether a product is in stock, and when it will be if it is not.

    Args:
        product: The product's number, such as P-4711.
        warehouse: Name of the warehouse: north, south or east.
        quantity: How many pieces are needed.
    """
    return found(product)


async def create_ticket(customer: str, title: str, description: str, priority: str = "normal") -> str:
    """Open a ticket for the service team, where the question cannot be answered with the other tools.

    Args:
        customer: The customer's id, such as C-000123.
        title: One line that tells what it is about.
        description: What the customer wants, what was tried, and the numbers of all orders concerned.
        priority: One of low, normal and high; high only where goods are lost or damaged.
    """
    return found(title)


async def quote_shipping(country: str, postal_code: str, weight_kg: float, express: bool = False) -> str:
    """Quote the price and the duration of a shipment.

    Args:
        country: Two-letter code of the country of destination.
        postal_code: Postal code of the destination, without spaces.
        weight_kg: Weight of the parcel in kilograms, with its packaging.
        express: Whether it must arrive on the next working day.
    """
    return found(country)


FUNCTIONS = (search_orders, get_customer, check_stock, create_ticket, quote_shipping)
